// SPDX-License-Identifier: EUPL-1.2
// What belongs to an answer is there while the answer is chosen: an input [data-aria-controls=ID] shows and hides the
// element ID. govuk-frontend's own radios do the same, but say aria-expanded, which radios may not have (ARIA 1.2).
const sync = (input) => {
    const part = document.getElementById(input.dataset.ariaControls);
    if (part) part.hidden = !input.checked;
};

export function reveal(root = document) {
    root.querySelectorAll("input[type=radio][data-aria-controls]").forEach(sync);
}

document.addEventListener("change", (e) => {
    if (e.target.type !== "radio") return;
    for (const other of document.querySelectorAll("input[type=radio][data-aria-controls]"))
        if (other.name === e.target.name && other.form === e.target.form) sync(other);
});
// Back in the history, browsers put in what had been chosen, after the page was read.
addEventListener("pageshow", () => reveal());
