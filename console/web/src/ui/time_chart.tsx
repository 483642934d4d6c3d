// A chart over time. uPlot paints it; colours come from the style sheet, so that both themes have their own.
import { useEffect, useRef } from "preact/hooks";
import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import { appearance } from "./theme";

export interface Series {
  title: string;
  values: (number | null)[];
  /** Of the style sheet's --line-N. */
  line: number;
}

interface ChartProps {
  title: string;
  /** Seconds since 1970. */
  times: number[];
  series: Series[];
  format: (value: number | null | undefined) => string;
  testid?: string;
}

const height = 168;

function options(props: ChartProps, width: number): uPlot.Options {
  const style = getComputedStyle(document.documentElement);
  const colour = (name: string) => style.getPropertyValue(name).trim();
  const axis = {
    stroke: colour("--soft"),
    font: "11px system-ui, sans-serif",
    grid: { stroke: colour("--grid"), width: 1 },
    ticks: { show: false },
  };
  return {
    width,
    height,
    padding: [8, 8, 0, 0],
    cursor: { sync: { key: "wakala" }, drag: { x: false, y: false }, points: { size: 6 } },
    legend: { live: true },
    scales: { y: { range: (_, __, top) => [0, !(top > 0) ? 1 : top * 1.1] } },
    axes: [
      { ...axis, size: 26, space: 70, values: "{HH}:{mm}:{ss}" },
      { ...axis, size: 62, space: 34, values: (_, marks) => marks.map((mark) => props.format(mark)) },
    ],
    series: [
      { label: "Time", value: "{HH}:{mm}:{ss}" },
      ...props.series.map((one) => ({
        label: one.title,
        stroke: colour(`--line-${one.line}`),
        width: 1.6,
        points: { show: false },
        value: (_: uPlot, value: number | null) => props.format(value),
      })),
    ],
  };
}

export function TimeChart(props: ChartProps) {
  const place = useRef<HTMLDivElement>(null);
  const chart = useRef<uPlot | null>(null);
  const names = props.series.map((one) => one.title).join();
  const look = appearance.value;
  const data: uPlot.AlignedData = [props.times, ...props.series.map((one) => one.values)];

  useEffect(() => {
    const element = place.current;
    if (!element) return undefined;
    const made = new uPlot(options(props, element.clientWidth || 300), data, element);
    chart.current = made;
    const observer = new ResizeObserver(() => made.setSize({ width: element.clientWidth, height }));
    observer.observe(element);
    return () => {
      observer.disconnect();
      made.destroy();
      chart.current = null;
    };
    // It is made anew when its lines or the theme change; data comes by the effect below.
  }, [names, look]);

  useEffect(() => {
    const made = chart.current;
    if (!made) return;
    made.setData(data);
    // The legend says what is under the pointer; while that is elsewhere, what is latest.
    if ((made.cursor.left ?? -1) < 0 && props.times.length > 0) made.setLegend({ idx: props.times.length - 1 });
  });

  const latest = props.series.map((one) => `${one.title} ${props.format(one.values.at(-1))}`).join(", ");
  return (
    <figure class="chart" data-testid={props.testid}>
      <figcaption>
        {props.title} <span class="for-readers">now: {latest}</span>
      </figcaption>
      <div ref={place} class="chart-place" aria-hidden="true" />
    </figure>
  );
}
