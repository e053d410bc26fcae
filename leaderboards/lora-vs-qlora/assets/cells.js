// A cell of a table, which can be written again and put back as it was made.
(function () {
  'use strict';

  const { page } = window;
  const OWN = /^(score|number|none|leads|[lvh]\d+)$/; // the classes that a figure gives

  function entitle(element, title) {
    if (title) element.title = title;
    else element.removeAttribute('title');
  }

  class Cell {
    constructor(element) {
      this.element = element;
      this.made = null;
    }

    // What the cell as it was made sorts by; the empty string where there is no value.
    get number() {
      const order = this.made ? this.made.order : this.element.dataset.order;
      return order ? Number(order) : '';
    }

    // Write a figure; without one, be as made.
    show(figure) {
      if (figure === this.figure) return;
      this.figure = figure;
      if (!figure || figure.made) this.restore();
      if (!figure) return;
      this.keep();
      if (figure.made) this.element.classList.toggle('leads', figure.told);
      else this.write(figure);
    }

    write(figure) {
      const { element } = this;
      element.textContent = figure.text;
      element.dataset.order = figure.number === undefined ? '' : figure.number;
      entitle(element, figure.title);
      const kind = figure.score ? `score ${page.places(figure.score).join(' ')}` : figure.number === undefined ? 'none' : 'number';
      element.className = kind + this.made.kept + (figure.told ? ' leads' : '');
      if (figure.dots) element.append(page.dots(figure.dots));
      if (figure.shares) {
        const words = document.createElement('span');
        words.className = 'unseen';
        words.textContent = figure.title;
        element.append(words, page.stack(figure.shares));
      }
    }

    keep() {
      if (this.made) return;
      const { childNodes, dataset, title, className } = this.element;
      const kept = className.split(' ').filter((name) => !OWN.test(name)).map((name) => ` ${name}`).join('');
      this.made = { nodes: Array.from(childNodes), order: dataset.order || '', title, className, kept };
    }

    restore() {
      if (!this.made) return;
      const { nodes, order, title, className } = this.made;
      this.element.replaceChildren(...nodes);
      this.element.className = className;
      this.element.dataset.order = order;
      entitle(this.element, title);
      this.made = null;
    }
  }

  window.Cell = Cell;
})();
