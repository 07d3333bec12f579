// SPDX-License-Identifier: EUPL-1.2
// Deciding by keys: S, D and U choose an answer and go to its reason, where Enter decides. Never while typing, and a tick
// box turns it off (WCAG 2.1.4); that is remembered in this browser.
const form = document.querySelector("[data-keys-form]"), box = form?.querySelector("[data-keys]");
const NAME = "dcim-keys";

function remembered() {
    try { return localStorage.getItem(NAME); } catch { return null; }
}
function remember(value) {
    try { localStorage.setItem(NAME, value); } catch { /* a browser that keeps nothing */ }
}

const typing = (e) => e.isContentEditable || e.matches("textarea, select, input:not([type=radio], [type=checkbox])");

if (box) {
    const on = box.querySelector("[data-keys-switch]"), said = box.querySelector("[data-keys-said]");
    const show = () => { for (const k of form.querySelectorAll("[data-keys-shown]")) k.hidden = !on.checked; };
    box.hidden = false;
    on.checked = remembered() !== "off";
    show();
    on.addEventListener("change", () => { remember(on.checked ? "on" : "off"); show(); });
    document.addEventListener("keydown", (e) => {
        if (!on.checked || e.ctrlKey || e.altKey || e.metaKey || e.shiftKey || e.repeat || e.isComposing || typing(e.target)) return;
        const answer = form.querySelector(`input[type=radio][data-key="${CSS.escape(e.key.toLowerCase())}"]`);
        if (!answer) return;
        e.preventDefault();
        answer.checked = true;
        said.textContent = answer.labels[0].firstChild.textContent.trim();
        form.querySelector("#reason").focus();
    });
}
