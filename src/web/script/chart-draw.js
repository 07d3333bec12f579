// SPDX-License-Identifier: EUPL-1.2
// Draws a figure's table. SVG, no animation, no HTML in tooltips; patterns, symbols or words beside every colour; what is
// hidden is a gap with the table's mark.
import { init, registerMap } from "echarts";
import { bySize, groups, middle, pairs, read, sets } from "./chart-data.js";

// Each at least 3:1 on white and told apart in grey by its pattern or symbol.
const colours = ["#1d5a8a", "#b35900", "#4c2c92", "#00703c", "#6f4e37", "#5c6670"];
const symbols = ["circle", "rect", "triangle", "diamond", "pin", "arrow"];
const quiet = "#505a5f", line = "#b1b4b6", land = "#e9ecee", mark = "..", rowHeight = 34;
const language = document.documentElement.lang || "en";
const number = new Intl.NumberFormat(language);
const shown = (v) => (v === null || v === undefined ? mark : number.format(v));
const named = (r) => (r.values.every((v) => v === null) ? `${r.text} (${mark})` : r.text);

const value = { type: "value", min: 0, minInterval: 1, axisLabel: { color: quiet, hideOverlap: true, formatter: (v) => number.format(v) }, splitLine: { lineStyle: { color: land } } };
const category = (names, more = {}) => ({ type: "category", data: names, axisTick: { show: false }, axisLabel: { color: "#0b0c0c", hideOverlap: true, ...more } });
const legend = (columns) => ({ show: columns.length > 1, top: 0, left: 0, itemWidth: 28, itemHeight: 16, textStyle: { color: "#0b0c0c" } });
const grid = (columns) => ({ top: columns.length > 1 ? 56 : 12, left: 8, right: 56, bottom: 8, containLabel: true });

// How much room the longest of these words takes beside a bar, broken at this width: letters of this size are 6.5 px wide.
const broken = (names, width) => Math.max(...names.map((n) => {
    let lines = 1, at = 0;
    for (const word of n.split(" ")) {
        const long = word.length * 6.5;
        if (at > 0 && at + long > width) { lines += 1; at = 0; }
        lines += Math.floor(long / width);
        at += long + 4;
    }
    return lines;
})) * 15 + 8;

function bars(data, { stacked = false, sorted = false, width }) {
    const { columns, rows: all } = groups(data);
    const rows = sorted && columns.length === 1 ? bySize(all) : all;
    const label = { show: !stacked, position: "right", color: "#0b0c0c", formatter: (p) => shown(p.value) };
    const narrow = width < 480, words = Math.min(280, width * (narrow ? .4 : 1 / 3));
    return {
        height: 70 + rows.length * Math.max(rowHeight, stacked ? 0 : 20 * columns.length, broken(rows.map(named), words)),
        legend: legend(columns), grid: { ...grid(columns), right: stacked ? 24 : 56 }, tooltip: { trigger: "item" },
        xAxis: { ...value, splitNumber: narrow ? 2 : 5 },
        yAxis: category(rows.map(named), { width: words, overflow: "break", lineHeight: 15, interval: 0, hideOverlap: false }),
        inverse: true,
        series: columns.map((c, i) => ({
            type: "bar", name: c.text, stack: stacked ? "all" : undefined, data: rows.map((r) => r.values[i]),
            barMaxWidth: 24, label, itemStyle: { color: colours[i % colours.length] },
        })),
    };
}

function lines(data, { kind, width }) {
    const { columns, rows } = groups(data);
    const years = kind === "line" ? rows.filter((r) => /^\d+$/.test(r.code)) : rows;
    const ends = kind === "line" && columns.length > 1 && width > 500;
    return {
        height: 340, legend: legend(columns), tooltip: { trigger: "axis" },
        grid: { ...grid(columns), right: ends ? 110 : 24 },
        xAxis: category(years.map(named)), yAxis: value,
        series: columns.map((c, i) => ({
            type: "line", name: c.text, data: years.map((r) => r.values[i]), connectNulls: false,
            symbol: symbols[i % symbols.length], symbolSize: 8, lineStyle: { width: 2.5, type: ["solid", "dashed", "dotted"][i % 3] },
            itemStyle: { color: colours[i % colours.length] },
            endLabel: { show: ends, formatter: "{a}", color: "#0b0c0c" },
        })),
    };
}

function heat(data, { width }) {
    const { columns, rows } = groups(data);
    // Too narrow for so many columns: what lay across goes down.
    const turned = width / columns.length < 44 && rows.length < columns.length;
    const down = rows.map(named), across = columns.map((c) => c.text), [xs, ys] = turned ? [down, across] : [across, down];
    const cells = rows.flatMap((r, y) => r.values.map((v, x) => [...(turned ? [y, x] : [x, y]), v === null ? "-" : v]));
    const most = Math.max(1, ...rows.flatMap((r) => r.values.filter((v) => v !== null)));
    // The words over the columns are within the grid's edge; where they lean, as high as the longest.
    const words = xs.length > 8 ? 14 + Math.max(...xs.map((x) => x.length)) * 5.6 : 28;
    return {
        height: words + 24 + ys.length * rowHeight, tooltip: { trigger: "item" },
        grid: { top: 8, left: 8, right: 16, bottom: 8, containLabel: true },
        xAxis: { ...category(xs, { rotate: xs.length > 8 ? 60 : 0, interval: 0 }), position: "top" },
        yAxis: category(ys), inverse: true,
        visualMap: { show: false, min: 0, max: most, inRange: { color: ["#ffffff", "#9fc3de"] } },
        series: [{ type: "heatmap", data: cells, itemStyle: { borderColor: line, borderWidth: 1 }, label: { show: width / xs.length >= 36, color: "#0b0c0c", formatter: (p) => (p.value[2] === "-" ? mark : number.format(p.value[2])) } }],
    };
}

// ---- maps: places of the figure shaded, a circle as large as its number (a count is no rate), hidden ones with the mark

async function place(name, countries) {
    const { default: map } = name === "world" ? await import("map-world") : await import("map-regions");
    const features = countries ? map.features.filter((f) => countries.has(f.properties.name.slice(0, 2))) : map.features;
    const id = countries ? `${name} ${[...countries].join(" ")}` : name;
    registerMap(id, { geoJSON: { type: "FeatureCollection", features } });
    return { id, at: new Map(features.map((f) => [f.properties.name, middle(f, name !== "world")])) };
}

const geo = (id, codes, width) => ({
    map: id, roam: false, silent: true, top: 4, bottom: 4, left: 4, right: 4, nameProperty: "name", label: { show: false },
    itemStyle: { areaColor: land, borderColor: line, borderWidth: .5 },
    regions: codes.map((name) => ({ name, itemStyle: { areaColor: "#cfdfeb", borderColor: quiet } })),
    aspectScale: id === "world" ? .85 : .66,
    ...(id === "world" && width > 0 ? { boundingCoords: [[-140, 76], [160, -48]] } : {}),
});

function circles(spots) {
    const most = Math.max(1, ...spots.map((s) => s.count ?? 0));
    return {
        type: "scatter", coordinateSystem: "geo", z: 5,
        data: spots.map((s) => ({
            name: s.text, value: [...s.at, s.count ?? mark],
            symbolSize: s.count === null ? 16 : 8 + 34 * Math.sqrt(s.count / most),
            itemStyle: s.count === null ? { color: "#fff", borderColor: "#0b0c0c", borderType: "dashed", borderWidth: 1.5 }
                : { color: colours[0], opacity: .85, borderColor: "#fff" },
            label: { show: s.count === null || s.count / most > .04, formatter: shown(s.count), position: s.count !== null && s.count / most > .25 ? "inside" : "right", color: s.count !== null && s.count / most > .25 ? "#fff" : "#0b0c0c", textBorderColor: s.count !== null && s.count / most > .25 ? undefined : "#fff", textBorderWidth: s.count !== null && s.count / most > .25 ? 0 : 2 },
        })),
        tooltip: { formatter: (p) => `${p.name}: ${shown(p.value[2] === mark ? null : p.value[2])}` },
    };
}

async function map(data, { kind, width }) {
    const rows = data.rows.filter((r) => !r.total);
    const own = kind === "regions" ? new Set(rows.map((r) => r.code.slice(0, 2)).filter((c) => /^[A-Z]{2}$/.test(c))) : null;
    const { id, at } = await place(kind === "regions" ? "regions" : "world", own);
    const there = rows.filter((r) => at.has(r.code) && r.values[0] !== 0);
    return {
        height: Math.round(Math.min(560, width * (kind === "regions" ? .8 : .55))), tooltip: { trigger: "item" },
        geo: geo(id, there.map((r) => r.code), width),
        series: [circles(there.map((r) => ({ at: at.get(r.code), text: r.text, count: r.values[0] })))],
    };
}

async function flow(data, { width }) {
    const { id, at } = await place("world", null);
    const all = pairs(data).filter((p) => at.has(p.from.code) && at.has(p.to.code));
    const moves = all.filter((p) => p.from.code !== p.to.code), most = Math.max(1, ...moves.map((p) => p.count));
    const xs = all.flatMap((p) => [at.get(p.from.code), at.get(p.to.code)]);
    const view = geo(id, [...new Set(all.flatMap((p) => [p.from.code, p.to.code]))], 0);
    if (xs.length) {
        const [w, e] = [Math.min(...xs.map((p) => p[0])) - 12, Math.max(...xs.map((p) => p[0])) + 12];
        const [s, n] = [Math.min(...xs.map((p) => p[1])) - 9, Math.max(...xs.map((p) => p[1])) + 9];
        view.boundingCoords = [[Math.max(-180, w), Math.min(85, n)], [Math.min(180, e), Math.max(-60, s)]];
    }
    return {
        height: Math.round(Math.min(560, width * .6)), tooltip: { trigger: "item" }, geo: view,
        series: [{
            type: "lines", coordinateSystem: "geo", z: 4, symbol: ["none", "arrow"], symbolSize: 9,
            data: moves.map((p) => ({
                name: `${p.from.text} → ${p.to.text}`, value: p.count, coords: [at.get(p.from.code), at.get(p.to.code)],
                lineStyle: { color: colours[1], width: 1 + 7 * p.count / most, opacity: .8, curveness: .25 },
                label: { show: p.count / most > .15, formatter: shown(p.count), position: "middle", color: "#0b0c0c", textBorderColor: "#fff", textBorderWidth: 3 },
            })),
            tooltip: { formatter: (p) => `${p.name}: ${shown(p.value)}` },
        }, circles(all.filter((p) => p.from.code === p.to.code).map((p) => ({ at: at.get(p.from.code), text: p.from.text, count: p.count })))],
    };
}

function sankey(data, { width }) {
    const links = pairs(data), nodes = new Map();
    for (const { from, to } of links) {
        nodes.set(`from ${from.code}`, from.text);
        nodes.set(`to ${to.code}`, to.text);
    }
    const texts = nodes.size / 2;
    return {
        height: Math.max(240, Math.min(1000, 32 * Math.max(texts, [...nodes.keys()].filter((n) => n.startsWith("from")).length))),
        tooltip: { trigger: "item", formatter: (p) => (p.dataType === "edge" ? `${nodes.get(p.data.source)} → ${nodes.get(p.data.target)}: ${shown(p.value)}` : `${nodes.get(p.name)}: ${shown(p.value)}`) },
        series: [{
            type: "sankey", left: 8, right: Math.min(180, width / 4), top: 8, bottom: 8, nodeGap: 16, nodeWidth: 14, draggable: false,
            data: [...nodes.keys()].map((name, i) => ({ name, itemStyle: { color: colours[i % colours.length] } })),
            links: links.map(({ from, to, count }) => ({ source: `from ${from.code}`, target: `to ${to.code}`, value: count })),
            lineStyle: { color: "source", opacity: .35, curveness: .5 }, emphasis: { focus: "adjacency" },
            label: { color: "#0b0c0c", width: Math.min(170, width / 4 - 10), overflow: "truncate", formatter: (p) => `${nodes.get(p.name)} ${shown(p.value)}` },
        }],
    };
}

function funnel(data) {
    const total = data.rows.find((r) => r.total);
    const steps = data.columns.map((c, i) => ({ name: c.text, value: total?.values[i] ?? null })).filter((s) => s.value !== null);
    return {
        height: 60 + 70 * steps.length, tooltip: { trigger: "item", formatter: (p) => `${p.name}: ${shown(p.value)}` },
        series: [{
            type: "funnel", sort: "none", left: "2%", right: "2%", top: 8, bottom: 8, gap: 4, minSize: "2%", min: 0, max: Math.max(1, ...steps.map((s) => s.value)),
            data: steps.map((s, i) => ({ ...s, itemStyle: { color: ["#cfdfeb", "#b5cfe2", "#9fc3de"][i % 3], borderColor: quiet, borderWidth: 1 } })),
            label: { position: "inside", color: "#0b0c0c", formatter: (p) => `${p.name}: ${shown(p.value)}` },
        }],
    };
}

function upset(data) {
    const { rows, members } = sets(data, 24);
    const names = rows.map((r) => r.members.join(" + "));
    const on = rows.flatMap((r, x) => r.members.map((m) => [x, members.indexOf(m)]));
    const off = rows.flatMap((r, x) => members.map((m, y) => [x, y]).filter(([, y]) => !r.members.includes(members[y])));
    const below = members.length * 22 + 16;
    return {
        height: 220 + below, tooltip: { trigger: "item" },
        grid: [{ top: 24, left: 130, right: 8, height: 170 }, { top: 206, left: 130, right: 8, height: below - 16 }],
        xAxis: [{ type: "category", gridIndex: 0, data: names, show: false }, { type: "category", gridIndex: 1, data: names, show: false }],
        yAxis: [{ ...value, gridIndex: 0 }, { ...category(members, { width: 120, overflow: "truncate" }), gridIndex: 1, inverse: true, axisLine: { show: false } }],
        series: [
            { type: "bar", data: rows.map((r) => r.count), itemStyle: { color: colours[0] }, barMaxWidth: 22, label: { show: true, position: "top", color: "#0b0c0c", formatter: (p) => shown(p.value) } },
            { type: "scatter", xAxisIndex: 1, yAxisIndex: 1, data: off, symbolSize: 8, silent: true, itemStyle: { color: "#fff", borderColor: line } },
            { type: "scatter", xAxisIndex: 1, yAxisIndex: 1, data: on, symbolSize: 11, silent: true, itemStyle: { color: "#0b0c0c" } },
        ],
    };
}

// Match weights: bars beside each other without gaps, one colour and pattern for each way a pair can go. Few pairs are
// the same person and many are not, so heights are logarithmic; a bin without pairs has no bar. The band that goes to
// people (the second column) is shaded, also where it is empty.
function weights(data, { width }) {
    const { columns, rows } = groups(data);
    const band = rows.filter((r) => r.code.startsWith("review"));
    return {
        height: 340, legend: { ...legend(columns), bottom: 0, top: undefined }, tooltip: { trigger: "item" },
        grid: { top: 16, left: 8, right: 16, bottom: width < 500 ? 76 : 44, containLabel: true },
        xAxis: category(rows.map((r) => r.text), { interval: width < 500 ? Math.ceil(rows.length / 3) : "auto" }),
        yAxis: { ...value, type: "log", min: 1, logBase: 10, minInterval: undefined },
        series: columns.map((c, i) => ({
            type: "bar", name: c.text, barGap: "-100%", barCategoryGap: "8%",
            data: rows.map((r) => (r.values[i] > 0 ? r.values[i] : "-")),
            itemStyle: { color: colours[i % colours.length] },
            ...(i === 1 && band.length ? { markArea: { silent: true, itemStyle: { color: "#fff3c4", opacity: .7 }, data: [[{ xAxis: band[0].text }, { xAxis: band[band.length - 1].text }]] } } : {}),
        })),
    };
}

const kinds = {
    weights, bar: (d, o) => bars(d, { ...o, sorted: true }), stacked: (d, o) => bars(d, { ...o, stacked: true }), line: lines, curve: lines, heat, map, regions: map, flow, sankey, funnel, upset,
    completeness: (d, o) => bars(d, { ...o, stacked: true }),
};

async function drawOne(figure, kind, data, place) {
    const canvas = document.createElement("div");
    place.append(canvas);
    const make = async () => {
        const { height, inverse, ...option } = await kinds[kind](data, { kind, width: place.clientWidth || 600 });
        canvas.style.height = `${height}px`;
        if (inverse && !Array.isArray(option.yAxis)) option.yAxis.inverse = true;
        return option;
    };
    const option = await make();
    const chart = init(canvas, null, { renderer: "svg" });
    const font = getComputedStyle(document.body).fontFamily;
    const show = (o) => chart.setOption({
        animation: false, textStyle: { fontFamily: font, fontSize: 14 },
        aria: { enabled: true, label: { enabled: false }, decal: { show: ["bar", "stacked", "completeness", "weights"].includes(kind) && (o.series?.length ?? 0) > 1 } },
        ...o, tooltip: { ...o.tooltip, renderMode: "richText", confine: true, valueFormatter: shown },
    }, true);
    show(option);
    const svg = canvas.querySelector("svg");
    svg?.setAttribute("role", "img");
    svg?.setAttribute("aria-labelledby", [`${figure.id}-title`, `${figure.id}-finding`].filter((id) => document.getElementById(id)).join(" "));
    let width = place.clientWidth;
    new ResizeObserver(async () => {
        if (place.clientWidth === width || !place.clientWidth) return;
        width = place.clientWidth;
        const next = await make();
        chart.resize();
        show(next);
    }).observe(place);
}

// Draw a figure, show the chart, close its table. A table that no chart can be made of stays open.
export async function draw(figure) {
    const place = figure.querySelector("[data-chart-place]"), table = figure.querySelector("table");
    const wanted = figure.dataset.chart === "routes" ? ["sankey", "flow"] : [figure.dataset.chart];
    if (!place || !table || !wanted.every((k) => kinds[k])) return;
    const data = read(table);
    if (!data.rows.some((r) => !r.total && r.values.some((v) => v !== null))) return;
    place.hidden = false;
    for (const kind of wanted) await drawOne(figure, kind, data, place);
    const details = figure.querySelector("details");
    if (details) details.open = false;
}
