"use strict";
// The plain chat page: sends text or a signed click, shows what comes back. All text goes in by textContent.
const log = document.getElementById("log");
const form = document.getElementById("form");
const input = document.getElementById("text");
const OFFLINE = "I can't reach the server. Please check your connection and send it again.";

function show(message) {
  const bubble = document.createElement("div");
  bubble.className = "message " + (message.from === "person" ? "person" : "assistant");
  bubble.textContent = message.text;
  log.append(bubble);
  if (message.buttons && message.buttons.length) {
    const row = document.createElement("div");
    row.className = "choices";
    for (const choice of message.buttons) {
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = choice.title;
      button.addEventListener("click", () => { row.remove(); send({ click: choice.click }, choice.title); });
      row.append(button);
    }
    log.append(row);
  }
  log.scrollTop = log.scrollHeight;
}

async function post(path, body) {
  const reply = await fetch("/chat/" + path, {
    method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body),
  });
  if (!reply.ok) { const error = new Error("status " + reply.status); error.status = reply.status; throw error; }
  return (await reply.json()).messages;
}

async function send(body, said) {
  for (const row of log.querySelectorAll(".choices")) row.remove();
  show({ from: "person", text: said });
  input.disabled = true;
  try {
    for (const message of await post("message", body)) show(message);
  } catch (error) {
    if (error.status === 401) { await start(false); }
    show({ from: "assistant", text: OFFLINE });
    if (body.text) input.value = body.text;
  } finally {
    input.disabled = false;
    input.focus();
  }
}

async function start(fresh) {
  try {
    const messages = await post("start", fresh ? { new: true } : {});
    log.replaceChildren();
    messages.forEach((message, place) => show(place === messages.length - 1 ? message : { ...message, buttons: [] }));
  } catch (error) {
    show({ from: "assistant", text: OFFLINE });
  }
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  const text = input.value.trim();
  if (!text) return;
  input.value = "";
  send({ text }, text);
});
document.getElementById("new").addEventListener("click", () => start(true).then(() => input.focus()));
start(false);
