"use client";

import { useEffect, useRef } from "react";
import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import { clock } from "@/lib/show.ts";

export type Series = {
  name: string;
  /** A colour of the theme, such as `--line`. */
  color: string;
  dashed?: boolean;
  stepped?: boolean;
  filled?: boolean;
  values: (number | null)[];
};

type Props = {
  title: string;
  /** Said by screen readers in place of the picture. */
  summary: string;
  times: number[];
  series: Series[];
  format: (value: number) => string;
  /** The values are whole: no mark stands between two of them. */
  whole?: boolean;
};

/** Seconds between two marks below the chart. */
const WHOLE = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000];
const MARKS = [10, 30, 60, 120, 300, 600];

/** Lines over the show's time. The legend is text beside the picture, told apart by dashes as well as colours. */
export function Chart({ title, summary, times, series, format, whole = false }: Props) {
  const place = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | null>(null);
  const shape = series.map(({ name }) => name).join("|");
  const newest = useRef({ times, series, format, whole });
  newest.current = { times, series, format, whole };

  // biome-ignore lint/correctness/useExhaustiveDependencies: a plot is made anew when its lines change, not their values
  useEffect(() => {
    const element = place.current;
    if (!element) return;
    const make = () => {
      plot.current?.destroy();
      const { times, series, format, whole } = newest.current;
      plot.current = new uPlot(
        options(element, series, format, whole),
        [times, ...series.map(({ values }) => values)],
        element,
      );
    };
    make();
    const resized = new ResizeObserver(() =>
      plot.current?.setSize({ width: element.clientWidth, height: element.clientHeight }),
    );
    resized.observe(element);
    const themed = new MutationObserver(make);
    themed.observe(document.documentElement, { attributeFilter: ["data-theme"] });
    const system = matchMedia("(prefers-color-scheme: dark)");
    system.addEventListener("change", make);
    return () => {
      resized.disconnect();
      themed.disconnect();
      system.removeEventListener("change", make);
      plot.current?.destroy();
      plot.current = null;
    };
  }, [shape]);

  useEffect(() => {
    plot.current?.setData([times, ...series.map(({ values }) => values)]);
  }, [times, series]);

  return (
    <figure className="chart">
      <figcaption>
        <h2>{title}</h2>
        <ul className="legend">
          {series.map(({ name, color, dashed }) => (
            <li key={name} className={`key key${color}${dashed ? " key-dashed" : ""}`}>
              {name}
            </li>
          ))}
        </ul>
      </figcaption>
      <p className="visually-hidden">{summary}</p>
      <div ref={place} className="plot" aria-hidden="true" />
    </figure>
  );
}

function options(
  element: HTMLElement,
  series: Series[],
  format: (value: number) => string,
  whole: boolean,
): uPlot.Options {
  const style = getComputedStyle(element);
  const color = (name: string) => style.getPropertyValue(name).trim();
  const axis = {
    stroke: color("--muted"),
    grid: { stroke: color("--rule"), width: 1 },
    ticks: { show: false },
    font: "13px system-ui",
  };
  return {
    width: element.clientWidth,
    height: element.clientHeight,
    legend: { show: false },
    cursor: { show: false },
    scales: { x: { time: false }, y: { range: (_plot, _low, high) => [0, Math.max(1, (high ?? 0) * 1.12)] } },
    axes: [
      { ...axis, size: 28, incrs: MARKS, values: (_plot, ticks) => ticks.map(clock), grid: { show: false } },
      {
        ...axis,
        size: 52,
        ...(whole && { incrs: WHOLE }),
        values: (_plot, ticks) => ticks.map((tick) => format(tick)),
      },
    ],
    series: [{}, ...series.map((line) => lineOptions(line, color(line.color)))],
  };
}

function lineOptions(line: Series, color: string): uPlot.Series {
  const stepped = line.stepped ? uPlot.paths.stepped?.({ align: 1 }) : undefined;
  return {
    stroke: color,
    width: line.dashed ? 2 : 2.5,
    points: { show: false },
    ...(line.dashed && { dash: [7, 5] }),
    ...(line.filled && { fill: `${color}2e` }),
    ...(stepped && { paths: stepped }),
  };
}
