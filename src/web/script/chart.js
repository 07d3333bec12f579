// SPDX-License-Identifier: EUPL-1.2
// Charts: a page with figure[data-chart] gets them drawn from its own tables. Without script the tables are there; what
// draws is fetched only where there is something to draw.
const figures = [...document.querySelectorAll("figure[data-chart]")].filter((f) => f.dataset.chart !== "none");
if (figures.length) {
    import("./chart-draw.js").then(({ draw }) => Promise.all(figures.map((f) => draw(f)))).then(() => {
        document.documentElement.dataset.charts = "drawn";
    });
}
