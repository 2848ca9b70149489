(() => {
  'use strict';

  const storm = JSON.parse(document.getElementById('storm').textContent);
  const names = { list: 'List', watchlist: 'Watch list' };
  const modes = [...new Set(storm.runs.map((run) => run.mode))];
  const token = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  const label = (run) => names[run.mode] + (storm.settings.repeat > 1 ? ' ' + run.repeat : '');

  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  const power = (bytes) =>
    Math.min(units.length - 1, Math.max(0, Math.floor(Math.log10(Math.max(1, bytes)) / 3)));
  const number = (value) =>
    value.toLocaleString('en', { maximumSignificantDigits: 3 });
  const bytes = (value) => number(value / 1000 ** power(value)) + ' ' + units[power(value)];
  const seconds = (value) => value.toLocaleString('en', { maximumFractionDigits: 1 }) + ' s';

  // All ticks of an axis are in the unit of its end.
  const byteTicks = (suffix) =>
    function (value) {
      const unit = power(this.max);
      const scaled = value / 1000 ** unit;
      return value === 0 ? '0' : scaled.toLocaleString('en') + ' ' + units[unit] + suffix;
    };

  function base(theme, y, tooltip) {
    const axis = { color: theme.soft, font: theme.font };
    return {
      animation: false,
      responsive: true,
      maintainAspectRatio: false,
      interaction: { mode: 'nearest', axis: 'x', intersect: false },
      layout: { padding: { top: 8, right: 12 } },
      scales: {
        x: {
          type: 'linear',
          grid: { display: false },
          border: { color: theme.rule },
          ticks: { ...axis, maxTicksLimit: 8, maxRotation: 0, includeBounds: false, callback: seconds },
        },
        y: {
          beginAtZero: true,
          grid: { color: theme.rule },
          border: { display: false },
          ticks: { ...axis, maxTicksLimit: 6, padding: 6, ...y.ticks },
          ...y.scale,
        },
      },
      plugins: {
        legend: { display: false },
        tooltip: {
          backgroundColor: theme.text,
          titleColor: theme.card,
          bodyColor: theme.card,
          titleFont: theme.font,
          bodyFont: theme.font,
          padding: 10,
          displayColors: false,
          callbacks: {
            title: (items) => seconds(items[0].parsed.x),
            label: (item) => item.dataset.label + ': ' + tooltip(item.parsed.y),
          },
        },
      },
    };
  }

  function line(theme, run, points, more) {
    return {
      label: label(run),
      data: points,
      parsing: false,
      normalized: true,
      borderColor: theme[run.mode],
      borderWidth: storm.runs.length > 2 ? 1.5 : 2,
      borderJoinStyle: 'round',
      pointRadius: 0,
      pointHitRadius: 12,
      pointHoverRadius: 4,
      pointHoverBackgroundColor: theme[run.mode],
      ...more,
    };
  }

  // An axis from the first to the last point instead of to the next round number.
  function bound(axis, datasets) {
    const all = datasets.flatMap((set) => set.data.map((point) => point.x));
    axis.min = Math.min(0, ...all);
    axis.max = Math.max(...all);
  }

  // Dashed horizontal lines and named points, drawn over the lines.
  const marks = {
    id: 'marks',
    afterDatasetsDraw(chart, _, options) {
      const { ctx, chartArea: area, scales } = chart;
      ctx.save();
      ctx.font = '500 13px system-ui, sans-serif';
      for (const rule of options.rules || []) {
        const y = scales.y.getPixelForValue(rule.value);
        if (y < area.top - 1 || y > area.bottom + 1) continue;
        ctx.strokeStyle = ctx.fillStyle = rule.color;
        ctx.setLineDash([5, 4]);
        ctx.beginPath();
        ctx.moveTo(area.left, y);
        ctx.lineTo(area.right, y);
        ctx.lineWidth = 1;
        ctx.stroke();
        ctx.textAlign = rule.left ? 'left' : 'right';
        const x = rule.left ? area.left + 4 : area.right - 4;
        // Between the curves and the axis there is room, above the line there may be none.
        ctx.fillText(rule.text, x, y + (rule.below ? 17 : -7));
      }
      ctx.setLineDash([]);
      const taken = [];
      for (const point of [...(options.points || [])].sort((a, b) => b.y - a.y)) {
        const x = scales.x.getPixelForValue(point.x);
        const y = scales.y.getPixelForValue(point.y);
        ctx.fillStyle = point.color;
        ctx.beginPath();
        ctx.arc(x, y, 4, 0, 2 * Math.PI);
        ctx.fill();
        // The highest above its point, others below, where there is more room; inside the chart.
        const width = ctx.measureText(point.text).width;
        const left = Math.max(area.left + 4, Math.min(x - width / 2, area.right - width));
        const free = (at) =>
          taken.every(([l, r, t]) => left > r + 8 || left + width < l - 8 || Math.abs(at - t) > 18);
        const places = taken.length ? [y + 22, y - 10, y + 42] : [y - 10];
        const baseline = places.find(free) || places[0];
        taken.push([left, left + width, baseline]);
        ctx.textAlign = 'left';
        ctx.lineJoin = 'round';
        ctx.lineWidth = 4;
        ctx.strokeStyle = options.halo;
        ctx.strokeText(point.text, left, baseline);
        ctx.fillText(point.text, left, baseline);
      }
      ctx.restore();
    },
  };

  // Says what was drawn, for whoever looks at the page without eyes.
  const drawn = {
    id: 'drawn',
    afterRender(chart) {
      chart.canvas.dataset.lines = chart.data.datasets.length;
      chart.canvas.dataset.points = chart.data.datasets.reduce((n, set) => n + set.data.length, 0);
    },
  };

  function memory(theme) {
    const known = storm.runs.filter((run) => run.curve.some((point) => point.memory >= 0));
    if (!known.length) return null;
    const datasets = known.map((run) =>
      line(
        theme,
        run,
        run.curve.filter((p) => p.memory >= 0).map((p) => ({ x: p.seconds, y: p.memory })),
      ));
    // Informers keep what they are sent, so the client's memory is of interest, too.
    const clients = storm.settings.reader === 'informers' ? known : [];
    for (const run of clients) {
      const points = run.curve
        .filter((p) => p.clientMemory >= 0)
        .map((p) => ({ x: p.seconds, y: p.clientMemory }));
      datasets.push(
        line(theme, run, points, { label: label(run) + ', client', borderDash: [6, 4], borderWidth: 1.5 }));
    }
    const top = Math.max(
      ...known.map((run) => run.memory.peak),
      ...clients.flatMap((run) => run.curve.map((p) => p.clientMemory)));
    const limit = storm.settings.maxServerMemory;
    const options = base(
      theme,
      { ticks: { callback: byteTicks('') }, scale: { suggestedMax: top * 1.12 } },
      bytes,
    );
    const idle = known[0].memory.before;
    const rules = idle >= 0 ? [{ value: idle, text: 'before ' + bytes(idle), color: theme.soft }] : [];
    if (limit > 0 && limit <= top * 1.12) {
      rules.push({ value: limit, text: 'limit ' + bytes(limit), color: theme.bad });
    }
    rules.forEach((rule) => (rule.below = rule.value > top * 0.12 && rule.value < top));
    const points = modes.flatMap((mode) => {
      const all = known
        .filter((run) => run.mode === mode)
        .flatMap((run) => run.curve.filter((p) => p.memory >= 0));
      if (!all.length) return [];
      const peak = all.reduce((a, b) => (b.memory > a.memory ? b : a));
      const text = names[mode] + ', peak ' + bytes(peak.memory);
      return [{ x: peak.seconds, y: peak.memory, text, color: theme[mode] }];
    });
    for (const mode of clients.length ? modes : []) {
      const all = clients.filter((run) => run.mode === mode).flatMap((run) => run.curve);
      const peak = all.reduce((a, b) => (b.clientMemory > a.clientMemory ? b : a));
      const text = names[mode] + ', client, peak ' + bytes(peak.clientMemory);
      points.push({ x: peak.seconds, y: peak.clientMemory, text, color: theme[mode] });
    }
    options.plugins.marks = { rules, points, halo: theme.card };
    bound(options.scales.x, datasets);
    return { datasets, options };
  }

  function sync(theme) {
    const end = Math.max(...storm.runs.flatMap((run) => run.syncSeconds), 0);
    const readers = Math.max(...storm.runs.map((run) => run.readers), 0);
    if (!end) return null;
    const datasets = storm.runs.map((run) => {
      const points = run.syncSeconds.map((at, i) => ({ x: at, y: i + 1 }));
      points.unshift({ x: 0, y: 0 });
      points.push({ x: end * 1.04, y: run.syncSeconds.length });
      return line(theme, run, points, { stepped: true });
    });
    const options = base(
      theme,
      {
        ticks: { precision: 0, includeBounds: false, callback: (v) => (v > readers ? '' : number(v)) },
        scale: { max: readers * 1.1 },
      },
      (value) => number(value) + ' of ' + number(readers) + ' readers',
    );
    const all = { value: readers, text: 'all ' + number(readers) + ' readers', color: theme.soft };
    options.plugins.marks = { rules: [{ ...all, left: true }] };
    bound(options.scales.x, datasets);
    return { datasets, options };
  }

  // At most 160 points, each the mean of its neighbours: more would be a band, not a line.
  function means(points) {
    const together = Math.ceil(points.length / 160);
    const result = [];
    for (let from = 0; from < points.length; from += together) {
      const part = points.slice(from, from + together);
      const mean = (get) => part.reduce((sum, point) => sum + get(point), 0) / part.length;
      result.push({ x: mean((point) => point.x), y: mean((point) => point.y) });
    }
    return result;
  }

  function throughput(theme) {
    const datasets = storm.runs.map((run) =>
      line(
        theme,
        run,
        means(
          run.curve
            .filter((p) => p.seconds >= 0 && p.seconds <= run.seconds + 0.5)
            .map((p) => ({ x: p.seconds, y: p.bytesPerSecond })),
        ),
      ));
    if (!datasets.some((set) => set.data.length)) return null;
    const options = base(theme, { ticks: { callback: byteTicks('/s') } }, (v) => bytes(v) + '/s');
    bound(options.scales.x, datasets);
    return { datasets, options };
  }

  function theme() {
    return {
      text: token('--text'),
      soft: token('--soft'),
      rule: token('--rule'),
      card: token('--card'),
      bad: token('--bad'),
      list: token('--list'),
      watchlist: token('--watchlist'),
      font: { family: 'system-ui, sans-serif', size: 13 },
    };
  }

  for (const key of document.querySelectorAll('[data-key]')) {
    for (const mode of modes) {
      const entry = document.createElement('span');
      const swatch = document.createElement('span');
      swatch.className = 'swatch ' + mode;
      entry.append(swatch, names[mode]);
      key.append(entry);
    }
  }

  let charts = [];
  function draw() {
    charts.forEach((chart) => chart.destroy());
    charts = [];
    const colours = theme();
    for (const [id, figure] of Object.entries({ memory, sync, throughput })) {
      const canvas = document.getElementById(id);
      if (!canvas) continue;
      const made = figure(colours);
      if (made) {
        charts.push(new Chart(canvas, {
          type: 'line',
          data: { datasets: made.datasets },
          options: made.options,
          plugins: [marks, drawn],
        }));
      } else {
        const none = document.createElement('p');
        none.className = 'none';
        none.textContent = 'Not known.';
        canvas.replaceWith(none);
      }
    }
  }
  draw();
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', draw);
})();
