// SPDX-License-Identifier: EUPL-1.2
// Security keys (Web Authentication): a button within a form asks the browser for one, and the form brings its answer, pieces in base
// 64 of addresses with dots between (base/webauthn.h). What is asked stands on the element:
//   data-security-key="show|make" data-challenge data-name (of the server) data-keys (names of keys, with blanks between)
//   data-field (of the form that takes the answer); to make one also data-register data-user data-account data-title
const bytes = (text) => Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (c) => c.charCodeAt(0));
const text = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer)))
    .replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
const minutes = 5 * 60000;
const algorithms = [-7, -8, -257]; // ES256, EdDSA, RS256: what the desk can verify

function asked(data) {
    const keys = data.keys.split(" ").filter(Boolean).map((id) => ({ type: "public-key", id: bytes(id) }));
    const both = { challenge: bytes(data.challenge), timeout: minutes };
    return data.securityKey === "show"
        ? { ...both, rpId: data.name, allowCredentials: keys, userVerification: "required" }
        : {
            ...both, rp: { id: data.name, name: data.register }, excludeCredentials: keys, attestation: "none",
            user: { id: bytes(data.user), name: data.account, displayName: data.title },
            pubKeyCredParams: algorithms.map((alg) => ({ type: "public-key", alg })),
            authenticatorSelection: { userVerification: "required", residentKey: "discouraged" },
        };
}

async function answer(data) {
    const publicKey = asked(data);
    if (data.securityKey === "show") {
        const { rawId, response: r } = await navigator.credentials.get({ publicKey });
        return [rawId, r.clientDataJSON, r.authenticatorData, r.signature].map(text).join(".");
    }
    const { response: r } = await navigator.credentials.create({ publicKey });
    return [r.clientDataJSON, r.getAuthenticatorData()].map(text).join(".");
}

function wire(box) {
    const button = box.querySelector("[data-security-key-ask]"), said = box.querySelector("[data-security-key-said]");
    const form = box.closest("form"), data = box.dataset;
    const say = (key) => {
        const word = key && box.querySelector("template").content.querySelector(`[data-word="${key}"]`);
        said.textContent = word ? word.textContent.trim() : "";
        said.hidden = !word;
    };
    const cannot = !window.PublicKeyCredential ? "missing" : location.hostname !== data.name ? "elsewhere" : "";
    box.hidden = false;
    if (cannot) {
        say(cannot);
        button.remove();
        return;
    }
    button.addEventListener("click", async () => {
        if (data.securityKey === "make" && !form.reportValidity()) return;
        say("waiting");
        button.disabled = true;
        try {
            const field = document.createElement("input");
            field.type = "hidden";
            field.name = data.field;
            field.value = await answer(data);
            box.append(field);
            form.submit();
        } catch (e) {
            say(e.name === "InvalidStateError" ? "there" : "cancelled");
            button.disabled = false;
        }
    });
}

for (const p of document.querySelectorAll("[data-security-key-without]")) p.hidden = true;
for (const box of document.querySelectorAll("[data-security-key]")) wire(box);
