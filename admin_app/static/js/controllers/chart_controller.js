// A chart beside its table: drawn on a canvas, words inside it too, so that nothing needs inline styles.
import { Controller } from "../../vendor/stimulus.js";

const LIGHT = ["#1f4e79", "#c2711a", "#1d7a45", "#b42318", "#6b45a8", "#0f7c7c", "#8a7410", "#a83a77", "#5a6472", "#4f7a1e"];
const DARK = ["#8ab8ee", "#f3b45f", "#7fd19a", "#ff9a90", "#c4a7f0", "#6fd0cf", "#e6d36b", "#f09ac4", "#a5afbd", "#9fc06b"];

function option(data) {
  const style = getComputedStyle(document.documentElement);
  const colour = (name) => style.getPropertyValue(`--desk-${name}`).trim();
  const isDark = document.documentElement.dataset.bsTheme === "dark";
  const ink = colour("ink");
  const line = { lineStyle: { color: colour("line") } };
  const lying = data.kind === "percent" || data.kind === "bars";
  const names = {
    type: "category", data: data.names, inverse: lying,
    axisLabel: { color: ink, width: lying ? 135 : undefined, overflow: "truncate" }, axisLine: line, axisTick: { show: false },
  };
  const values = {
    type: "value", min: 0, max: data.kind === "percent" ? 100 : undefined, minInterval: 1,
    axisLabel: { color: ink }, splitLine: line,
  };
  return {
    animation: !window.matchMedia("(prefers-reduced-motion: reduce)").matches,
    color: isDark ? DARK : LIGHT,
    textStyle: { color: ink, fontFamily: getComputedStyle(document.body).fontFamily },
    grid: { left: lying ? 150 : 44, right: 28, top: data.series.length > 1 ? 34 : 8, bottom: 28 },
    legend: data.series.length > 1 ? { type: "scroll", top: 0, textStyle: { color: ink }, pageTextStyle: { color: ink }, pageIconColor: ink } : undefined,
    tooltip: {
      trigger: "axis", renderMode: "richText", axisPointer: { type: "shadow" }, confine: true,
      backgroundColor: colour("paper"), borderColor: colour("line"), textStyle: { color: ink },
    },
    xAxis: lying ? values : names,
    yAxis: lying ? names : values,
    series: data.series.map((series) => ({
      type: "bar", name: series.name, data: series.values, barMaxWidth: 26,
      stack: data.kind === "stacked" ? "all" : undefined,
      label: { show: data.kind === "percent", position: "insideLeft", color: isDark ? "#12161d" : "#fff", formatter: "{c} %" },
    })),
  };
}

export default class extends Controller {
  connect() {
    if (!window.echarts || !this.element.dataset.chart) return;
    const data = JSON.parse(this.element.dataset.chart);
    const rows = data.names.length * (data.kind === "bars" ? data.series.length : 1);
    if (data.kind !== "stacked") this.element.style.height = `${Math.max(8, Math.min(40, 3.5 + rows * 1.3))}rem`;
    this.chart = window.echarts.init(this.element, null, { renderer: "canvas" });
    this.chart.setOption(option(data));
    this.chart.on("click", (event) => {
      const url = data.series[event.seriesIndex].urls[event.dataIndex];
      if (url) window.location.assign(url);
    });
  }

  disconnect() {
    this.chart?.dispose();
  }

  resize() {
    this.chart?.resize();
  }
}
