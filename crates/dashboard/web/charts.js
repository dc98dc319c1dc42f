// Charts, each with a table of the same figures behind it.

import uPlot from "uplot";
import { useEffect, useRef, useState } from "preact/hooks";
import { html } from "./html.js";
import { formatMoney, formatShort } from "./money.js";

const dark = matchMedia("(prefers-color-scheme: dark)");

const color = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

/**
 * Bars of what went out and, if asked for, a line of what came in.
 * @param {{title: string, points: {label: string, short: string, expenses: number, income: number, link: string}[],
 *   currency: string, head: string, line?: boolean}} props `head`: what a point is, such as a day; `link`: where its
 *   expenses are; `line`: with that line. The table has both.
 */
export function Chart({ title, points, currency, head, line = false }) {
  const place = useRef(null);
  const [shown, setShown] = useState(null);
  const [open, setOpen] = useState(false);
  const withIncome = line && points.some((point) => point.income !== 0);
  useEffect(() => {
    const element = place.current;
    let plot = null;
    const draw = () => {
      plot?.destroy();
      plot = new uPlot(options(element, points, currency, withIncome, setShown), data(points, withIncome), element);
    };
    // Canvases neither stretch nor change their colours by themselves.
    const stretching = new ResizeObserver(() => plot?.setSize(sizeOf(element)));
    const redraw = () => plot && draw();
    // Not before it is looked at: the figures come first.
    const coming = new IntersectionObserver(([entry]) => {
      if (!entry.isIntersecting) return;
      coming.disconnect();
      draw();
      stretching.observe(element);
    }, { rootMargin: "200px" });
    coming.observe(element);
    dark.addEventListener("change", redraw);
    return () => {
      coming.disconnect();
      stretching.disconnect();
      dark.removeEventListener("change", redraw);
      plot?.destroy();
    };
  }, [points, currency]);
  const point = points[shown];
  return html`
    <figure class="figure">
      <figcaption class="head">
        <span class="legend"><i class="out" />Out ${withIncome && html`<i class="line-in" />In`}</span>
        <span class="fine tabular" aria-hidden="true">${point && words(point, currency, withIncome)}</span>
      </figcaption>
      <div class="chart" ref=${place} aria-hidden="true" />
      <details onToggle=${(event) => setOpen(event.currentTarget.open)}>
        <summary>${title}, as a table</summary>
        ${open && html`<${Table} title=${title} points=${points} currency=${currency} head=${head} />`}
      </details>
    </figure>
  `;
}

function Table({ title, points, currency, head }) {
  return html`
    <div class="scroll" tabindex="0" role="region" aria-label=${`${title}, as a table`}>
      <table>
        <thead><tr><th scope="col">${head}</th><th scope="col" class="number">Out</th><th scope="col" class="number">In</th></tr></thead>
        <tbody>
          ${points.map((point) => html`
            <tr key=${point.label}>
              <th scope="row"><a href=${point.link}>${point.label}</a></th>
              <td class="number">${formatMoney(point.expenses, currency)}</td>
              <td class="number">${formatMoney(point.income, currency)}</td>
            </tr>
          `)}
        </tbody>
      </table>
    </div>
  `;
}

function words(point, currency, withIncome) {
  const out = `${point.label}: ${formatMoney(point.expenses, currency)} out`;
  return withIncome ? `${out}, ${formatMoney(point.income, currency)} in` : out;
}

function data(points, withIncome) {
  const series = [points.map((_, index) => index), points.map((point) => point.expenses)];
  return withIncome ? [...series, points.map((point) => point.income)] : series;
}

const sizeOf = (element) => ({ width: Math.max(element.clientWidth, 100), height: element.clientHeight });

/** As wide as the longest figure beside the axis: `IDR 12.5M` and `١٫٣ مليون` take more than `€1K`. */
function widthOf(plot, values, index, cycle) {
  const axis = plot.axes[index];
  // What is drawn follows the width, and the figures what is drawn: once is enough.
  if (cycle > 1) return axis._size;
  plot.ctx.font = axis.font[0];
  const widths = (values ?? []).map((value) => plot.ctx.measureText(value).width / devicePixelRatio);
  return Math.ceil(Math.max(0, ...widths)) + axis.gap + 2;
}

function options(element, points, currency, withIncome, onHover) {
  const axis = { stroke: color("--muted"), font: "12px system-ui, sans-serif", ticks: { show: false } };
  const out = {
    fill: color("--bar"),
    stroke: color("--bar"),
    width: 0,
    points: { show: false },
    paths: uPlot.paths.bars({ size: [0.7, 36], radius: 0.2 }),
  };
  const line = { stroke: color("--in"), width: 2, points: { size: 6, fill: color("--surface") } };
  return {
    ...sizeOf(element),
    padding: [8, 8, 0, 0],
    legend: { show: false },
    cursor: { y: false, points: { show: false }, drag: { x: false, y: false } },
    scales: {
      x: { time: false, range: [-0.6, points.length - 0.4] },
      y: { range: (_, low, high) => [Math.min(0, low), high > 0 ? high * 1.05 : 1] },
    },
    axes: [
      { ...axis, size: 28, grid: { show: false }, space: 34, incrs: [1, 2, 5, 10], values: (_, places) => places.map((place) => points[place]?.short ?? "") },
      { ...axis, size: widthOf, grid: { stroke: color("--line"), width: 1 }, values: (_, values) => values.map((value) => formatShort(value, currency)) },
    ],
    series: withIncome ? [{}, out, line] : [{}, out],
    hooks: { setCursor: [(plot) => onHover(plot.cursor.idx)] },
  };
}
