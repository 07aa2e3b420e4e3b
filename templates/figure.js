// Values of a figure under the pointer and by the arrow keys, tables that sort by a column, and no stop of the keyboard
// where there is nothing to scroll.
// Values are those of the figure's data table, places those of its marks: the k-th row of a panel
// belongs to the k-th mark of each of the panel's series.
"use strict";

(() => {
  const STEPS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

  const html = (name, attributes = {}) => Object.assign(document.createElement(name), attributes);

  const drawn = (name, attributes) => {
    const element = document.createElementNS("http://www.w3.org/2000/svg", name);
    for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
    return element;
  };

  // --- Places

  // Markers are <use> elements; a cell is a path.
  const marksIn = (group) => {
    const uses = [...group.querySelectorAll("use")];
    return uses.length ? uses : [...group.querySelectorAll("g > path")];
  };

  const seriesOf = (svg, prefix) => {
    const series = new Map();
    for (const group of svg.querySelectorAll(`[id^="${prefix}"]`)) {
      const name = group.id.slice(prefix.length).split("-")[0];
      series.set(name, [...(series.get(name) ?? []), ...marksIn(group)]);
    }
    return [...series.values()];
  };

  // A point for each row: its marks, and the frame (a cell is its own) and the x it is found by.
  const pointsOf = (svg, name, rows) => {
    const panels = new Map();
    return rows.map((row) => {
      const panel = row.dataset.panel;
      if (!panels.has(panel)) panels.set(panel, { series: seriesOf(svg, `${name}-panel-${panel}-`), next: 0 });
      const { series, next } = panels.get(panel);
      panels.get(panel).next += 1;
      const marks = series.map((each) => each[next].getBBox());
      const last = marks.at(-1);
      const frame = svg.getElementById(`${name}-frame-${panel}`);
      const box = frame ? frame.getBBox() : last;
      return { row, marks, box, isCell: !frame, x: last.x + last.width / 2, y: box.y + box.height / 2 };
    });
  };

  const distance = (box, { x, y }) =>
    Math.hypot(Math.max(box.x - x, 0, x - box.x - box.width), Math.max(box.y - y, 0, y - box.y - box.height));

  const least = (points, cost) => {
    const costs = points.map(cost);
    const best = Math.min(...costs);
    return best < Infinity ? points[costs.indexOf(best)] : null;
  };

  const nearest = (points, at) => least(points, (point) => 1000 * distance(point.box, at) + Math.abs(point.x - at.x));

  const neighbour = (points, from, [right, down]) =>
    least(points, ({ x, y }) => {
      const along = (x - from.x) * right + (y - from.y) * down;
      const across = Math.abs((x - from.x) * down) + Math.abs((y - from.y) * right);
      return along > 0.5 && (down || across <= along) ? along + 3 * across : Infinity; // up and down to an inset, too
    });

  const highlight = ({ marks, box, isCell, x }) => {
    if (isCell) {
      const { x, y, width, height } = box;
      return ["around", "cell"].map((name) => drawn("rect", { class: name, x, y, width, height }));
    }
    const guide = drawn("line", { x1: x, x2: x, y1: box.y, y2: box.y + box.height });
    const rings = marks.map((mark) =>
      drawn("circle", { cx: mark.x + mark.width / 2, cy: mark.y + mark.height / 2, r: mark.width / 2 + 2 }));
    return [guide, ...rings];
  };

  // --- Words

  // "epoch 7: training 0.9431 ± 0.0010; validation 0.9402 ± 0.0012"
  const words = (row) => {
    const heads = row.closest("table").tHead.rows[0].cells;
    const text = html("span");
    [...row.cells].forEach((cell, column) => {
      const symbol = heads[column].querySelector("i");
      const name = heads[column].textContent.trim();
      if (column) text.append(cell.matches("th") ? ", " : cell.previousElementSibling.matches("th") ? ": " : "; ");
      text.append(symbol ? symbol.cloneNode(true) : name[0].toLowerCase() + name.slice(1), symbol ? " = " : " ");
      text.append(...[...cell.childNodes].map((node) => node.cloneNode(true)));
    });
    return text;
  };

  const longest = (rows) => rows.map(words).reduce((a, b) => (b.textContent.length > a.textContent.length ? b : a));

  // --- Figures

  const explore = (figure) => {
    const plot = figure.querySelector(".plot");
    const svg = plot.querySelector("svg");
    const table = figure.querySelector(".data table");
    const rows = table ? [...table.tBodies[0].rows] : []; // in the order of the marks, which sorting leaves
    if (!rows.length) return;
    const readout = html("div", { className: "readout" });
    const live = html("div");
    live.setAttribute("aria-live", "polite");
    const place = longest(rows);
    place.className = "longest";
    readout.append(place, live);
    plot.after(readout);
    const overlay = svg.appendChild(drawn("g", { class: "pointer" }));
    let known = null;
    let current = null;
    const points = () => (known ??= pointsOf(svg, figure.id.replace("figure-", ""), rows));

    const show = (point) => {
      if (point === current) return;
      current = point;
      overlay.replaceChildren(...(point ? highlight(point) : []));
      live.replaceChildren(...(point ? [words(point.row)] : []));
    };
    const follow = (event) => {
      const at = new DOMPoint(event.clientX, event.clientY).matrixTransform(svg.getScreenCTM().inverse());
      show(nearest(points(), at));
    };

    plot.tabIndex = 0;
    plot.setAttribute("role", "application"); // screen readers leave it the arrow keys
    plot.setAttribute("aria-label", `${table.getAttribute("aria-label")}: arrow keys move, Escape clears`);
    plot.addEventListener("pointerdown", follow);
    plot.addEventListener("pointermove", follow);
    // by the keyboard it is read on, wherever a page that scrolls puts the pointer
    const left = (event) => event.pointerType === "mouse" && document.activeElement !== plot;
    plot.addEventListener("pointerleave", (event) => left(event) && show(null));
    plot.addEventListener("focus", () => show(current ?? points()[0]));
    plot.addEventListener("blur", () => show(null));
    plot.addEventListener("keydown", (event) => {
      if (event.key === "Escape") show(null);
      const step = STEPS[event.key];
      if (!step || event.altKey || event.ctrlKey || event.metaKey) return;
      const next = current ? neighbour(points(), current, step) : points()[0];
      if (!next) return;
      event.preventDefault(); // of scrolling
      show(next);
      overlay.lastElementChild.scrollIntoView({ block: "nearest", inline: "nearest" });
    });
  };

  // --- Tables

  // Rows without a number come last.
  const sort = (body, column, sign) => {
    const numbered = [...body.rows].map((row) => [row, parseFloat(row.cells[column].dataset.value)]);
    numbered.sort(([, a], [, b]) => Number.isNaN(a) - Number.isNaN(b) || sign * (a - b));
    body.append(...numbered.map(([row]) => row));
  };

  // Parameters begin with the smallest, results with the largest.
  const sortable = (table) => {
    const heads = [...table.tHead.rows[0].cells];
    const body = table.tBodies[0];
    heads.forEach((head, column) => {
      const button = html("button", { type: "button" });
      button.append(...head.childNodes);
      head.append(button);
      button.addEventListener("click", () => {
        const isResult = body.rows[0].cells[column].matches("td");
        const before = head.getAttribute("aria-sort") ?? (isResult ? "ascending" : "descending");
        const order = before === "ascending" ? "descending" : "ascending";
        heads.forEach((each) => each.removeAttribute("aria-sort"));
        head.setAttribute("aria-sort", order);
        sort(body, column, order === "ascending" ? 1 : -1);
      });
    });
  };

  const scrolled = new ResizeObserver((entries) => {
    for (const { target } of entries) {
      if (target.scrollWidth > target.clientWidth) target.tabIndex = 0;
      else target.removeAttribute("tabindex");
    }
  });

  document.querySelectorAll(".data table").forEach(sortable);
  document.querySelectorAll(".exhibit").forEach(explore);
  document.querySelectorAll(".scroll, .plot:not([role])").forEach((box) => scrolled.observe(box));
})();
