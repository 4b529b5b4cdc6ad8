import assert from "node:assert/strict";
import { test } from "node:test";
import Chart from "../../admin_app/static/js/controllers/chart_controller.js";
import { leave, one, show, usual } from "./page.js";

const CONTROLLERS = { chart: Chart };
const box = (kind) => `<div data-controller="chart" data-action="resize@window->chart#resize" data-chart='${JSON.stringify({
  kind, names: ["May", "June"], series: [{ name: "calls", values: [3, 4], urls: ["#may", ""] }],
})}'></div>`;

/** What is asked of the library that draws; drawing itself needs a browser and is walked there. */
function drawing() {
  const asked = [];
  window.echarts = { init: () => ({
    setOption: (option) => asked.push(["option", option]),
    on: (_type, listener) => asked.push(["click", listener]),
    resize: () => asked.push(["resize"]),
    dispose: () => asked.push(["dispose"]),
  }) };
  return asked;
}

usual("chart", CONTROLLERS, box("bars"));

test("bars lie, with room for each; shares end at a hundred; a stack stands", async () => {
  for (const [kind, axis, most] of [["bars", "yAxis", undefined], ["percent", "yAxis", 100], ["stacked", "xAxis", undefined]]) {
    const asked = drawing();
    await show(box(kind), CONTROLLERS);
    const [, option] = asked[0];
    assert.deepEqual(option[axis].data, ["May", "June"], kind);
    assert.equal(option[axis === "yAxis" ? "xAxis" : "yAxis"].max, most);
    assert.equal(one("div").style.height, kind === "stacked" ? "" : "8rem");
  }
});

test("a bar leads to what it counts, where there is such a list", async () => {
  const asked = drawing();
  await show(box("bars"), CONTROLLERS);
  const [, press] = asked.find(([what]) => what === "click");
  press({ seriesIndex: 0, dataIndex: 0 });
  assert.equal(window.location.hash, "#may");
  press({ seriesIndex: 0, dataIndex: 1 });
  assert.equal(window.location.hash, "#may");
});

test("it is drawn anew in a window of another size and goes with its page", async () => {
  const asked = drawing();
  await show(box("bars"), CONTROLLERS);
  window.dispatchEvent(new Event("resize"));
  await leave();
  assert.deepEqual(asked.map(([what]) => what), ["option", "click", "resize", "dispose"]);
});

test("without the library, the table beside it is all there is", async () => {
  delete window.echarts;
  await show(box("bars"), CONTROLLERS);
  assert.equal(one("div").children.length, 0);
});
