// The report's one style sheet: light and dark by the reader's preference, phone to paper. It loads nothing.
import { alarm, colourPairs, heat, otherSeries, proofColours, series } from "./charts/chart-style.ts";

const light = `--bg:#fff;--panel:#f6f8fa;--ink:#171c23;--ink2:#55606e;--line:#dde2e8;--link:#1d56b3;--code:#eef1f5;
--critical:#a8112d;--critical-bg:#fde8eb;--high:#a84400;--high-bg:#fdeee0;--medium:#7a5a00;--medium-bg:#fbf3d4;--low:#3d5a7a;--low-bg:#e6eef7;
--good:#0f6b54;--good-bg:#e0f4ee;--unknown:#5d4a8c;--unknown-bg:#f1edfa;--hatch:#b9aede;--hatch-bg:#f3f0fb`;
const dark = `--bg:#0f1318;--panel:#171c23;--ink:#e7ebf0;--ink2:#9ba7b5;--line:#2a323c;--link:#7fb0ff;--code:#1f262f;
--critical:#ff8c9b;--critical-bg:#3d1219;--high:#ffad6b;--high-bg:#3a2110;--medium:#e8c860;--medium-bg:#332a0c;--low:#a5c3e6;--low-bg:#1a2a3d;
--good:#62d6b2;--good-bg:#0e3328;--unknown:#c3b1f5;--unknown-bg:#241d3b;--hatch:#55468a;--hatch-bg:#1d1930`;

/** Charts are drawn in light colours; each has a dark twin. */
const darkCharts = colourPairs.map(([from, to]) => `.chart [fill="${from}"]{fill:${to}}`).join("\n");

const swatches = (index: 0 | 1): string =>
  [
    ...series.map((pair, i) => `.s${i}{background:${pair[index]}}`),
    ...heat.map((pair, i) => `.h${i}{background:${pair[index]}}`),
    `.s-other{background:${otherSeries[index]}}`,
    ...Object.entries(proofColours).map(([kind, pair]) => `.key-${kind}{background:${pair[index]}}`),
    `.diamond{background:${alarm[index]}}`,
  ].join("");

const tones = ["critical", "high", "medium", "low"]
  .map(
    (tone) =>
      `.tone-${tone}{color:var(--${tone});background:var(--${tone}-bg)}.edge-${tone}{border-left-color:var(--${tone})}`,
  )
  .join("\n");

export const styleSheet = `
:root{color-scheme:light dark;${light}}
*{box-sizing:border-box}
html{scroll-padding-top:3.5rem;-webkit-text-size-adjust:100%}
body{margin:0;background:var(--bg);color:var(--ink);font:15px/1.55 system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans","DejaVu Sans",sans-serif;overflow-wrap:anywhere}
main,header.top,footer.end{max-width:1120px;margin:0 auto;padding:0 1.5rem}
a{color:var(--link)}
h1{font-size:1.9rem;line-height:1.2;letter-spacing:-.015em;margin:.2rem 0 1rem;font-weight:680}
h2{font-size:1.35rem;letter-spacing:-.01em;margin:0 0 .4rem;font-weight:660}
h3{font-size:1.03rem;margin:1.6rem 0 .5rem;font-weight:640}
h4{font-size:.78rem;margin:.9rem 0 .25rem;color:var(--ink2);font-weight:600}
p{margin:.35rem 0 .7rem}
small{display:block;color:var(--ink2);font-size:.78rem;font-weight:400;line-height:1.35}
code,pre{font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace;font-size:.86em}
code{background:var(--code);border-radius:4px;padding:.08em .32em}
pre{background:var(--code);border-radius:8px;padding:.7rem .85rem;margin:.3rem 0;overflow-x:auto;white-space:pre-wrap}
pre code{background:none;padding:0}
section{padding:2.2rem 0 .4rem}
section+section{border-top:1px solid var(--line);margin-top:1.8rem}
:focus-visible{outline:2px solid var(--link);outline-offset:2px}
.skip{position:absolute;left:-99em}.skip:focus{left:1rem;top:1rem;background:var(--bg);padding:.5rem;z-index:9}
.hint,.dim,.none,.detector,.about{color:var(--ink2)}
.hint{max-width:75ch}
.nil{color:var(--ink2);opacity:.6}
.product{margin:1.6rem 0 0;font-weight:650;font-size:.9rem}.product span{font-weight:400;color:var(--ink2);margin-left:.4em}
.name{color:var(--link)}
.facts{display:grid;grid-template-columns:repeat(auto-fit,minmax(225px,1fr));gap:.6rem 1.6rem;margin:0 0 .4rem}
.facts dt{color:var(--ink2);font-size:.78rem}.facts dd{margin:0}
.facts code{background:none;padding:0}.hash{color:var(--ink2);font-size:.72rem}
nav{position:sticky;top:0;z-index:5;background:var(--bg);border-bottom:1px solid var(--line);margin-top:1.1rem}
nav ul{max-width:1120px;margin:0 auto;padding:.55rem 1.5rem;display:flex;gap:.3rem 1.3rem;list-style:none;overflow-x:auto;white-space:nowrap;font-size:.9rem}
nav a{text-decoration:none}nav a:hover{text-decoration:underline}nav .n{color:var(--ink2)}
.lead{font-size:1.1rem;line-height:1.6;max-width:80ch;margin:1.1rem 0}
.tiles{display:grid;grid-template-columns:repeat(7,1fr);gap:.6rem;list-style:none;padding:0;margin:.6rem 0}
.tile{background:var(--panel);border-radius:10px;padding:.65rem .85rem;min-width:0}
.tile b{display:block;font-size:1.5rem;line-height:1.2;font-variant-numeric:tabular-nums;font-weight:660}
.tile span{font-size:.8rem}.tile.quiet{color:var(--ink2)}
${tones}
.tone-unknown{color:var(--unknown);background:var(--unknown-bg)}
.unknown-box{border:1px solid var(--hatch);border-left:5px solid var(--unknown);border-radius:10px;background:var(--unknown-bg);padding:.85rem 1.1rem;margin-top:1rem}
.unknown-box h3{margin:0 0 .3rem;color:var(--unknown)}
.unknown-box ul{margin:0;padding-left:1.1rem}.unknown-box li{margin:.25rem 0}
.unknown-box.none{border-color:var(--line);border-left-color:var(--good);background:var(--good-bg)}.unknown-box.none h3{color:var(--good)}
.unknown-line{border-left:5px solid var(--unknown);background:var(--unknown-bg);padding:.6rem .9rem;border-radius:8px}
.pill{display:inline-block;border-radius:99px;padding:.02rem .6rem;font-size:.78rem;font-weight:600;background:var(--code);color:var(--ink2);white-space:nowrap}
.pill.tone-critical{color:var(--critical);background:var(--critical-bg)}.pill.tone-high{color:var(--high);background:var(--high-bg)}.pill.tone-medium{color:var(--medium);background:var(--medium-bg)}.pill.tone-low{color:var(--low);background:var(--low-bg)}
.verdict-active{color:var(--good);background:var(--good-bg)}
.verdict-dormant,.verdict-never-used{color:var(--high);background:var(--high-bg)}
.verdict-unknown,.verdict-ambiguous{color:var(--unknown);background:var(--unknown-bg)}
.card{border:1px solid var(--line);border-left-width:5px;border-left-style:solid;border-radius:10px;margin:1rem 0;padding:1rem 1.2rem .8rem;background:var(--bg)}
.card.edge-critical{border-left-color:var(--critical)}.card.edge-high{border-left-color:var(--high)}.card.edge-medium{border-left-color:var(--medium)}.card.edge-low{border-left-color:var(--low)}
.card h3{margin:.45rem 0 .1rem;font-size:1.12rem}
.card .about{margin:.1rem 0 .5rem}.card .why{max-width:80ch}
.pills{margin:0;display:flex;flex-wrap:wrap;gap:.35rem;align-items:center}.detector{font-size:.8rem}.pills .detector{margin-left:auto}
.card footer{border-top:1px solid var(--line);margin-top:.8rem;padding-top:.6rem;font-size:.85rem;color:var(--ink2)}
.command{color:var(--ink)}
.two{display:grid;grid-template-columns:minmax(0,1fr) minmax(0,1fr);gap:.2rem 2.2rem}
.evidence{margin:0}.evidence>div{display:grid;grid-template-columns:minmax(7rem,11rem) minmax(0,1fr);gap:.8rem;padding:.16rem 0;border-bottom:1px solid var(--line)}
.evidence>div:last-child{border-bottom:0}.evidence dt{color:var(--ink2)}.evidence dd{margin:0}.evidence ul{margin:0;padding-left:1.05rem}
.evidence .evidence>div{display:block;border:0}.evidence .evidence dt,.evidence .evidence dd{display:inline}.evidence .evidence dt::after{content:": "}
.events{font-size:.82rem;color:var(--ink2)}
details.small{margin-top:.7rem;font-size:.88rem;color:var(--ink2)}
summary{cursor:pointer;font-weight:600}summary .n{color:var(--ink2);font-weight:400}
details.fold,details.role{border:1px solid var(--line);border-radius:10px;padding:.55rem .9rem;margin:.6rem 0}details[open]>summary{margin-bottom:.5rem}
.scroll{overflow-x:auto}
table{border-collapse:collapse;width:100%;font-size:.9rem}
caption{text-align:left;color:var(--ink2);font-size:.82rem;padding:.2rem 0 .4rem}
th,td{text-align:left;vertical-align:top;padding:.45rem .7rem .45rem 0;border-bottom:1px solid var(--line)}
thead th{color:var(--ink2);font-size:.8rem;font-weight:600;vertical-align:bottom}
tbody th{font-weight:400}.num{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}
td time,dd time,p time{white-space:nowrap}.alarm td,.alarm th{color:var(--unknown);font-weight:600}
.list th:first-child,.list td:first-child{min-width:7rem}
.matrix th,.matrix td{min-width:6.5rem}.matrix tbody th{min-width:13rem;max-width:19rem}.matrix td:nth-child(3){min-width:9rem}
.reach{display:inline-block;border-radius:5px;padding:.02rem .42rem;margin:.08rem .1rem .08rem 0;font-size:.82rem;white-space:nowrap;background:var(--low-bg);color:var(--low)}
.reach.write,.reach.create{background:var(--high-bg);color:var(--high)}.reach.own{background:var(--critical-bg);color:var(--critical)}
.note{font-size:.78rem;color:var(--unknown);white-space:nowrap}.arrow{color:var(--ink2)}
.timeline td:first-child{width:14.5rem;color:var(--ink2);font-size:.84rem}.timeline .new-day td{border-top:2px solid var(--line)}
.more{color:var(--ink2);font-size:.88rem}
.legend{display:flex;flex-wrap:wrap;gap:.25rem 1.1rem;list-style:none;padding:0;margin:.4rem 0 .9rem;font-size:.86rem}
.key{display:inline-block;width:.8em;height:.8em;border-radius:3px;margin-right:.45em}
.scale{display:inline-flex;margin:0 .5em}.scale .key{margin:0 1px 0 0;width:1.1em}
.key.diamond{transform:rotate(45deg) scale(.8);border-radius:1px}
.key-unproven{background:repeating-linear-gradient(45deg,var(--hatch) 0 2px,var(--hatch-bg) 2px 5px)}
.chart svg{display:block;width:100%;height:auto;min-width:720px}
.chart text{fill:var(--ink2);font-family:inherit}.chart line{stroke:var(--line)}.chart .role-mark text{fill:var(--ink);paint-order:stroke;stroke:var(--bg);stroke-width:4px;stroke-linejoin:round}
.defs{position:absolute;width:0;height:0}.defs .g1{fill:var(--hatch-bg)}.defs .g2{stroke:var(--hatch)}
footer.end{color:var(--ink2);font-size:.85rem;padding-top:1.5rem;padding-bottom:3rem;margin-top:2rem;border-top:1px solid var(--line)}
${swatches(0)}
@media (prefers-color-scheme:dark){:root{${dark}}
${darkCharts}
${swatches(1)}}
@media (max-width:900px){.tiles{grid-template-columns:repeat(4,1fr)}.two{grid-template-columns:minmax(0,1fr)}}
@media (max-width:640px){main,header.top,footer.end{padding-left:1rem;padding-right:1rem}nav ul{padding-left:1rem;padding-right:1rem}h1{font-size:1.5rem}
.tiles{grid-template-columns:repeat(2,1fr)}.tile:last-child{grid-column:span 2}.lead{font-size:1.02rem}.card{padding:.85rem .9rem .7rem}.pills .detector{margin-left:0;width:100%}
.evidence>div{grid-template-columns:minmax(5.5rem,7.5rem) minmax(0,1fr)}
.matrix thead{display:none}.matrix,.matrix tbody,.matrix tr,.matrix th,.matrix td,.matrix caption{display:block;min-width:0}.matrix tbody th{max-width:none}
.matrix tr{border:1px solid var(--line);border-radius:10px;padding:.5rem .8rem;margin:0 0 .7rem}.matrix tbody th,.matrix td{border:0;padding:.2rem 0}
.matrix td,.role td{display:grid;grid-template-columns:6.5rem minmax(0,1fr);gap:.5rem}.matrix td::before,.role td::before{content:attr(data-label);color:var(--ink2);font-size:.8rem}
.role thead{display:none}.role table,.role tbody,.role tr{display:block}.role tr{border-bottom:1px solid var(--line)}.role td{border:0;padding:.15rem 0}
.timeline td:first-child{width:9rem}.timeline td time{white-space:normal}}
@media print{:root{${light}}body{font-size:9pt}h1{font-size:16pt}.two{grid-template-columns:minmax(0,1fr) minmax(0,1fr)}.tiles{grid-template-columns:repeat(7,1fr)}.tile:last-child{grid-column:auto}.hint,.legend,caption{break-after:avoid}nav,.skip{display:none}section{padding-top:1rem}.card,tr,.chart{break-inside:avoid}h2,h3{break-after:avoid}
details::details-content{content-visibility:visible;height:auto}.scroll{overflow:visible}.chart svg{min-width:0}a{color:inherit;text-decoration:none}*{print-color-adjust:exact;-webkit-print-color-adjust:exact}}
`;
