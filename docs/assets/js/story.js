// Plays the timeline of a scenario: one delivery after the other. With reduced motion, it waits for the button.

import { el } from "./dom.js";

const STEP = 1100; // ms per delivery: long enough to read its status
const PAUSED = "Play the story";

export function mount(root) {
  const steps = [...root.querySelectorAll(".jw-timeline li")];
  let next = steps.length;
  let timer;

  const show = () => {
    for (const [index, step] of steps.entries()) {
      step.classList.toggle("jw-ahead", index >= next);
      step.classList.toggle("jw-now", index === next - 1 && timer !== undefined);
    }
    button.textContent = timer === undefined ? PAUSED : "Pause";
  };
  const stop = () => {
    clearInterval(timer);
    timer = undefined;
    show();
  };
  const advance = () => {
    if (!root.isConnected) return clearInterval(timer); // the site shows another page
    next += 1;
    show();
    if (next >= steps.length) stop();
  };
  const play = () => {
    if (next >= steps.length) next = 0;
    timer = setInterval(advance, STEP);
    advance();
  };
  const button = el("button", { type: "button", class: "jw-play", onclick: () => (timer === undefined ? play() : stop()) }, PAUSED);
  root.querySelector(".jw-more").prepend(button, " ");
  if (!matchMedia("(prefers-reduced-motion: reduce)").matches) play();
}
