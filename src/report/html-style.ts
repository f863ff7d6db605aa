/** Styles of the self-contained page: readable in light and dark, on a phone and on paper. */
export const HTML_STYLE = `
:root{color-scheme:light dark;--text:#1c2128;--muted:#59636e;--line:#d1d9e0;--back:#fff;--soft:#f6f8fa;--red:#b42318;--orange:#b54708;--yellow:#7a5b00;--green:#116329;--del:#ffebe9;--ins:#dafbe1}
@media(prefers-color-scheme:dark){:root{--text:#e6edf3;--muted:#9198a1;--line:#3d444d;--back:#0d1117;--soft:#151b23;--red:#ff7b72;--orange:#ffa657;--yellow:#e3b341;--green:#56d364;--del:#3c1618;--ins:#12301c}}
*{box-sizing:border-box}
body{margin:0;background:var(--back);color:var(--text);font:15px/1.5 system-ui,sans-serif}
main{max-width:1100px;margin:0 auto;padding:24px 16px}
h1{font-size:22px;margin:4px 0}h2{font-size:17px;margin:28px 0 8px}
p{margin:4px 0}
code,pre{font:13px/1.5 ui-monospace,SFMono-Regular,Menlo,monospace}
pre{margin:0;white-space:pre-wrap;overflow-wrap:anywhere}
ul{list-style:none;margin:0;padding:0}
li{padding:6px 0;border-top:1px solid var(--line);display:grid;grid-template-columns:72px minmax(0,1fr)}
li.object{display:block}
details ul{padding-left:20px}details ul li{border:0;padding:1px 0;display:block}
summary{cursor:pointer}
table{border-collapse:collapse}
th,td{text-align:left;vertical-align:top;padding:4px 12px 4px 0;font-weight:400}
thead th{color:var(--muted);border-bottom:1px solid var(--line)}
.scroll{overflow-x:auto}
.values th{color:var(--muted)}
.names{width:max-content;max-width:min(26em,45vw);overflow-wrap:anywhere}
.change{margin:6px 0 10px 12px;padding-left:12px;border-left:2px solid var(--line)}
.path{overflow-wrap:anywhere}
.muted,footer{color:var(--muted)}
footer{margin-top:32px;font-size:13px}
.verdict{display:inline-block;padding:2px 10px;border:1px solid currentColor;border-radius:12px;font-weight:600}
.in-sync{color:var(--green)}.drifted{color:var(--orange)}.incomplete{color:var(--red)}
.badge{display:inline-block;min-width:64px;font-size:12px;font-weight:600}
.critical,.high{color:var(--red)}.medium{color:var(--yellow)}.low{color:var(--muted)}
.lines{background:var(--soft);padding:8px;border-radius:6px}
.lines span{display:inline-block;min-width:100%}
.del{background:var(--del)}.ins{background:var(--ins)}
@media print{details>*{display:block}}
`.trim()
