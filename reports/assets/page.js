// Draws the charts of the page. All words and numbers come from the JSON beside it; colours come from the style sheet, so
// that they follow light, dark and print.
(function () {
  "use strict";
  var charts = JSON.parse(document.getElementById("charts").textContent);

  function colours() {
    var style = getComputedStyle(document.documentElement);
    function v(name) { return style.getPropertyValue(name).trim(); }
    return { text: v("--text"), soft: v("--soft"), line: v("--line"), paper: v("--paper"), font: getComputedStyle(document.body).fontFamily };
  }

  // In the dark, lines need lighter colours of the same hue.
  var light = { "#0072B2": "#56B4E9", "#D55E00": "#F0883E", "#009E73": "#35C79B", "#AA4499": "#DA8FCB", "#B58900": "#E6C04A", "#56B4E9": "#A8DAF5", "#555555": "#B5BCC6", "#882255": "#D37BA0" };
  function hue(colour) {
    var dark = window.matchMedia("(prefers-color-scheme: dark)").matches && !window.matchMedia("print").matches;
    return dark && light[colour] || colour;
  }

  function shown(chart, value) {
    if (value === null || value === undefined) return chart.missing;
    if (chart.percent) return Math.round(value * 100) + "%";
    return value.toFixed(chart.decimals);
  }

  // An interval is an upright (or lying) line with a short bar at each end.
  function intervalOf(flat, colour) {
    return function (params, api) {
      var at = api.value(0), low = api.value(1), high = api.value(2);
      var a = api.coord(flat ? [low, at] : [at, low]), b = api.coord(flat ? [high, at] : [at, high]), cap = 4;
      function line(x1, y1, x2, y2) {
        return { type: "line", shape: { x1: x1, y1: y1, x2: x2, y2: y2 }, style: { stroke: colour, lineWidth: 1.5 } };
      }
      return { type: "group", silent: true, children: flat
        ? [line(a[0], a[1], b[0], b[1]), line(a[0], a[1] - cap, a[0], a[1] + cap), line(b[0], b[1] - cap, b[0], b[1] + cap)]
        : [line(a[0], a[1], b[0], b[1]), line(a[0] - cap, a[1], a[0] + cap, a[1]), line(b[0] - cap, b[1], b[0] + cap, b[1])] };
    };
  }

  function option(chart, width, c) {
    var o = JSON.parse(JSON.stringify(chart.option));
    var narrow = width < 560, flat = chart.kind !== "line", size = narrow ? 11 : 12;
    var label = { color: c.text, fontSize: size, fontFamily: c.font };
    var names = flat ? o.yAxis : o.xAxis, values = flat ? o.xAxis : o.yAxis;
    var side = flat ? Math.round(Math.min(width * 0.42, 340)) : 0;
    names.axisLine = { lineStyle: { color: c.line } };
    names.axisTick = { show: false };
    // Names that do not fit side by side stand on several lines; of many, every second, third … is shown.
    var slot = (width - 68) / Math.max(1, names.data.length), step = names.data.length <= 6 ? 1 : Math.max(1, Math.ceil(64 / slot));
    names.axisLabel = Object.assign({}, label, flat
      ? { width: side - 12, overflow: "break", lineHeight: size + 4, interval: 0, hideOverlap: false }
      : { width: Math.floor(slot * step) - 4, overflow: "break", lineHeight: size + 2, interval: step - 1, hideOverlap: false });
    values.axisLabel = Object.assign({}, label, { color: c.soft, formatter: function (v) { return chart.percent ? Math.round(v * 100) + "%" : String(v); } });
    values.splitLine = { lineStyle: { color: c.line } };
    values.axisLine = { show: false };
    values.splitNumber = narrow && flat ? 3 : 5;
    if (chart.unit && !flat) {
      values.name = chart.unit;
      values.nameTextStyle = { color: c.soft, fontSize: size, align: "left" };
    }
    var many = o.series.filter(function (s) { return s.type !== "custom"; }).length > 1;
    o.legend = Object.assign(o.legend || {}, { show: many, top: 0, left: 0, icon: flat ? "rect" : undefined, itemWidth: flat ? 14 : 25, itemHeight: 10,
      textStyle: { color: c.text, fontSize: size, fontFamily: c.font }, data: many ? o.series.filter(function (s) { return s.type !== "custom"; }).map(function (s) { return s.name; }) : [] });
    o.grid = { left: flat ? side : 44, right: flat ? 30 : 24, top: many ? (narrow && !flat ? 64 : 40) : 30, bottom: flat ? 28 : 60, containLabel: false };
    o.textStyle = { fontFamily: c.font };
    o.tooltip = { trigger: flat ? "item" : "axis", renderMode: "richText", confine: true, backgroundColor: c.paper, borderColor: c.line,
      textStyle: { color: c.text, fontSize: size, fontFamily: c.font },
      formatter: function (p) {
        var rows = Array.isArray(p) ? p : [p];
        return [rows[0].name].concat(rows.filter(function (r) { return r.seriesType !== "custom"; }).map(function (r) {
          var text = (many ? r.seriesName + "  " : "") + shown(chart, Array.isArray(r.value) ? r.value[1] : r.value);
          var ci = o.series.filter(function (s) { return s.type === "custom" && s.name === r.seriesName; })[0];
          var at = ci && ci.data.filter(function (d) { return d[0] === r.dataIndex; })[0];
          return at ? text + "  (" + shown(chart, at[1]) + "–" + shown(chart, at[2]) + ")" : text;
        })).join("\n");
      } };
    o.series.forEach(function (s) {
      var colour = hue(s.color);
      s.color = colour;
      if (s.type === "custom") {
        s.renderItem = intervalOf(flat, flat ? c.text : colour);
        s.encode = flat ? { x: [1, 2], y: 0 } : { x: 0, y: [1, 2] };
        s.z = 5;
        s.silent = true;
        s.tooltip = { show: false };
        return;
      }
      s.itemStyle = { color: colour };
      if (s.type === "line") {
        s.lineStyle = { width: 2.5, color: colour };
        s.symbolSize = 9;
        s.connectNulls = false;
        s.label = { show: !many && s.data.length <= 8, position: "right", distance: 5, offset: [0, -9], color: c.text, fontSize: size, formatter: function (p) { return shown(chart, p.value); } };
      } else {
        s.barMaxWidth = 22;
        var dark = colour === "#2F7FB8";
        s.label = { show: true, color: many ? (dark ? "#fff" : "#1d2530") : c.text, fontSize: size, position: many ? "inside" : "insideLeft",
          formatter: function (p) { return chart.percent && p.value * width < 34 ? "" : p.value === 0 ? "" : shown(chart, p.value); } };
        if (!many) { s.label.color = "#fff"; s.label.position = "insideLeft"; }
      }
    });
    return o;
  }

  // Widths are read before anything is drawn: reading one after a drawing would lay the page out again.
  function draw(some, widthOf) {
    var c = colours();
    some.map(function (one) {
      return { one: one, width: widthOf ? widthOf(one) : box(one).clientWidth, height: box(one).clientHeight };
    }).forEach(function (job) {
      var one = job.one;
      if (job.width === 0) return;
      if (!one.instance) {
        one.instance = echarts.init(box(one), null, { renderer: "svg", width: job.width, height: job.height });
      } else {
        one.instance.resize({ width: job.width, height: job.height });
      }
      one.instance.setOption(option(one, job.width, c), true);
      one.width = job.width;
    });
  }

  function box(one) { return document.getElementById(one.id); }

  function all() { draw(charts); }

  // Two line charts stand side by side on A4, bars take the whole width. The page is laid out for paper only after this.
  function paper() {
    draw(charts, function (one) { return one.kind === "line" && !box(one).closest(".charts").classList.contains("one") ? 310 : 650; });
  }
  all();
  document.documentElement.setAttribute("data-charts", String(charts.length));

  var waiting;
  window.addEventListener("resize", function () {
    clearTimeout(waiting);
    waiting = setTimeout(function () {
      draw(charts.filter(function (one) { return box(one).clientWidth !== one.width; }));
    }, 120);
  });
  window.matchMedia("(prefers-color-scheme: dark)").addEventListener("change", all);

  // On paper nothing is behind a fold.
  var folded = [];
  window.addEventListener("beforeprint", function () {
    folded = Array.prototype.filter.call(document.querySelectorAll("details"), function (d) { return !d.open; });
    folded.forEach(function (d) { d.open = true; });
    paper();
  });
  window.addEventListener("afterprint", function () {
    folded.forEach(function (d) { d.open = false; });
    all();
  });
})();
