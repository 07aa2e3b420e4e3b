// Unfolds the contents where there is room beside the text, and marks in them the section that is being read.
"use strict";

(() => {
  const details = document.querySelector(".contents details");
  const list = details.querySelector("ol");
  const here = details.querySelector(".here");
  const links = [...list.querySelectorAll("a")];
  const headings = links.map((link) => document.getElementById(decodeURIComponent(link.hash.slice(1))));
  const beside = matchMedia("(min-width: 75rem)");
  let current = null;

  const fold = () => { details.open = beside.matches; };

  const mark = () => {
    const below = headings.findIndex((heading) => heading.getBoundingClientRect().top > innerHeight / 3);
    const link = links.at(below > 0 ? below - 1 : below); // before the first heading: the first; -1: the last
    if (link === current) return;
    current?.removeAttribute("aria-current");
    link.setAttribute("aria-current", "location");
    current = link;
    here.textContent = link.textContent;
    show();
  };

  // Scrolls the list, and nothing else, until it shows the mark.
  const show = () => {
    const [mine, all] = [current, list].map((each) => each.getBoundingClientRect());
    list.scrollTop += Math.min(0, mine.top - all.top) + Math.max(0, mine.bottom - all.bottom);
  };

  beside.addEventListener("change", fold);
  details.addEventListener("toggle", show);
  list.addEventListener("click", fold);
  addEventListener("scroll", mark, { passive: true });
  fold();
  mark();
})();
