// SPDX-License-Identifier: EUPL-1.2
// A figure's table as data. Counts stand in data-value, hidden ones have data-hidden and no number; headers have data-code,
// data-level (0: right under the total) and data-total.
const header = (cell) => ({
    code: cell.dataset.code ?? "", text: cell.textContent.trim(), level: Number(cell.dataset.level ?? 0), total: "total" in cell.dataset,
});

// { columns: [header], rows: [header + values: [number or null], hidden: [bool]] }; null where a count is hidden.
export function read(table) {
    const lines = [...table.tHead.rows];
    const last = [...lines[lines.length - 1].cells];
    const columns = (lines.length === 1 ? last.slice(1) : last).map(header);
    const rows = [...table.tBodies[0].rows].map((line) => {
        const cells = [...line.cells], counts = cells.slice(1);
        return {
            ...header(cells[0]),
            values: counts.map((c) => (c.dataset.value === undefined ? null : Number(c.dataset.value))),
            hidden: counts.map((c) => "hidden" in c.dataset),
        };
    });
    return { columns, rows };
}

// Unknown and not applicable come last, whatever their size.
const aside = (h) => h.code === "U" || h.code === "NA";

// What is drawn of a table: groups right under the total, one column for one variable; else those but the total.
export function groups(data) {
    const at = data.columns.map((c, i) => i).filter((i) => data.columns.length === 1 || (!data.columns[i].total && data.columns[i].level === 0));
    const rows = data.rows.filter((r) => !r.total && r.level === 0);
    return {
        columns: at.map((i) => data.columns[i]),
        rows: rows.map((r) => ({ ...r, values: at.map((i) => r.values[i]), hidden: at.map((i) => r.hidden[i]) })),
    };
}

// By size, largest first; hidden ones keep no place that would say how large they are: they come behind, by code.
export function bySize(rows) {
    const rank = (r) => (aside(r) ? 2 : r.values[0] === null ? 1 : 0);
    return [...rows].sort((a, b) => rank(a) - rank(b) || (rank(a) === 0 ? b.values[0] - a.values[0] : 0) || (a.code < b.code ? -1 : 1));
}

// Pairs of a table of two variables with the same codes, from row to column, that are shown and not 0.
export function pairs(data) {
    const out = [];
    for (const from of data.rows) {
        if (from.total || aside(from)) continue;
        data.columns.forEach((to, i) => {
            if (!to.total && !aside(to) && from.values[i] > 0) out.push({ from, to, count: from.values[i] });
        });
    }
    return out;
}

// Sets of organisations: codes joined by " + ".
export function sets(data, most) {
    const rows = data.rows.filter((r) => !r.total && !aside(r) && r.values[0] !== null)
        .map((r) => ({ members: r.code.split(" + "), count: r.values[0] }))
        .sort((a, b) => b.count - a.count).slice(0, most);
    const size = new Map();
    for (const r of rows) for (const m of r.members) size.set(m, (size.get(m) ?? 0) + r.count);
    return { rows, members: [...size.keys()].sort((a, b) => size.get(b) - size.get(a) || (a < b ? -1 : 1)) };
}

// The middle of the largest part of a map's feature; or of all its parts, by their size.
export function middle(feature, all = false) {
    let largest = -1, best = [0, 0], weight = 0, sum = [0, 0];
    for (const [outer] of feature.geometry.coordinates) {
        const xs = outer.map(([x]) => x), ys = outer.map(([, y]) => y);
        const [x0, x1, y0, y1] = [Math.min(...xs), Math.max(...xs), Math.min(...ys), Math.max(...ys)];
        const area = (x1 - x0) * (y1 - y0), at = [(x0 + x1) / 2, (y0 + y1) / 2];
        if (area > largest) [largest, best] = [area, at];
        weight += area;
        sum = [sum[0] + area * at[0], sum[1] + area * at[1]];
    }
    return all && weight > 0 ? [sum[0] / weight, sum[1] / weight] : best;
}
