// The parts of Apache ECharts that a koe report draws with, and nothing else: lines, bars, intervals (custom), the
// SVG renderer. Built into echarts.min.js as README.md beside this file says.
import { init, use, version } from "echarts/core";
import { BarChart, CustomChart, LineChart } from "echarts/charts";
import { AriaComponent, GridComponent, LegendComponent, TooltipComponent } from "echarts/components";
import { SVGRenderer } from "echarts/renderers";
use([BarChart, CustomChart, LineChart, AriaComponent, GridComponent, LegendComponent, TooltipComponent, SVGRenderer]);
window.echarts = { init, version };
