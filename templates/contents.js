// Marks the section that is being read in the contents.
"use strict";

(() => {
  const links = [...document.querySelectorAll(".contents a")];
  const headings = links.map((link) => document.getElementById(decodeURIComponent(link.hash.slice(1))));
  let current = null;

  const mark = () => {
    const below = headings.findIndex((heading) => heading.getBoundingClientRect().top > innerHeight / 3);
    const link = links.at(below > 0 ? below - 1 : below); // before the first heading: the first; -1: the last
    if (link === current) return;
    current?.removeAttribute("aria-current");
    link.setAttribute("aria-current", "location");
    current = link;
  };

  addEventListener("scroll", mark, { passive: true });
  mark();
})();
