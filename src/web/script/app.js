// SPDX-License-Identifier: EUPL-1.2
// On every page. Everything works without it; it makes the components of govuk-frontend alive.
// A page's own script is a <script type="module"> of its own in that page.
import {
    Button, Checkboxes, ErrorSummary, ExitThisPage, NotificationBanner, ServiceNavigation, Tabs, createAll,
} from "govuk-frontend";
import { reveal } from "./reveal.js";

// What govuk-frontend asks for before it begins, and its style sheet too.
document.body.classList.add("js-enabled", "govuk-frontend-supported");
for (const component of [Button, Checkboxes, ErrorSummary, ExitThisPage, NotificationBanner, ServiceNavigation, Tabs])
    createAll(component, component === Button ? { preventDoubleClick: true } : undefined);
reveal();

// What a page puts in later (a new instance of a repeat) comes alive too.
document.addEventListener("entry:added", (e) => {
    createAll(Checkboxes, undefined, e.target);
    reveal(e.target);
});
