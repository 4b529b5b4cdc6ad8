// Charts beside the tables: drawn on a canvas, words inside it too, so that nothing needs inline styles.
const style = getComputedStyle(document.documentElement);
const colour = (name) => style.getPropertyValue(`--desk-${name}`).trim();
const dark = document.documentElement.dataset.bsTheme === "dark";
const palette = dark
  ? ["#8ab8ee", "#f3b45f", "#7fd19a", "#ff9a90", "#c4a7f0", "#6fd0cf", "#e6d36b", "#f09ac4", "#a5afbd", "#9fc06b"]
  : ["#1f4e79", "#c2711a", "#1d7a45", "#b42318", "#6b45a8", "#0f7c7c", "#8a7410", "#a83a77", "#5a6472", "#4f7a1e"];
const still = window.matchMedia("(prefers-reduced-motion: reduce)").matches;

function option(data) {
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
    animation: !still,
    color: palette,
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
      label: { show: data.kind === "percent", position: "insideLeft", color: dark ? "#12161d" : "#fff", formatter: "{c} %" },
    })),
  };
}

const drawn = [];
for (const box of document.querySelectorAll("[data-chart]")) {
  if (!window.echarts) break;
  const data = JSON.parse(box.dataset.chart);
  const rows = data.names.length * (data.kind === "bars" ? data.series.length : 1);
  if (data.kind !== "stacked") box.style.height = `${Math.max(8, Math.min(40, 3.5 + rows * 1.3))}rem`;
  const chart = window.echarts.init(box, null, { renderer: "canvas" });
  chart.setOption(option(data));
  chart.on("click", (event) => {
    const url = data.series[event.seriesIndex].urls[event.dataIndex];
    if (url) window.location.assign(url);
  });
  drawn.push(chart);
}
window.addEventListener("resize", () => { for (const chart of drawn) chart.resize(); });
