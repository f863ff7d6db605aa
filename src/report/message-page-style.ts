/** Styles of the page of messages, after those of every page: a channel as people know it, in light and dark. */
export const MESSAGE_PAGE_STYLE = `
:root{--card:#fff;--code:#c01343;--codeback:#f6f6f6;--codeline:#dedee3;--link:#1264a3;--avatar:#3d3a8c}
@media(prefers-color-scheme:dark){:root{--card:#1a1d21;--code:#e8912d;--codeback:#232529;--codeline:#3a3d42;--link:#5fb2e6;--avatar:#6763d6}}
main{max-width:860px}
.label{color:var(--muted);font-size:13px}
section{margin:20px 0 34px}
h2{display:flex;gap:10px;align-items:baseline;margin:0 0 8px}
h2 span{font-size:13px;font-weight:400;color:var(--muted)}
h2 .kind{border:1px solid var(--line);border-radius:6px;padding:0 6px}
.problem{color:var(--red);font-weight:600}
.notification{font-size:13px;background:var(--soft);border:1px solid var(--line);border-radius:8px;padding:8px 12px;margin:0 0 10px;overflow-wrap:anywhere}
.notification b{color:var(--muted);font-weight:600;margin-right:6px}
.message{display:flex;gap:12px;background:var(--card);border:1px solid var(--line);border-radius:10px;padding:16px 18px;overflow-wrap:anywhere}
.avatar{flex:none;width:36px;height:36px;border-radius:8px;background:var(--avatar);color:#fff;font:700 22px/36px system-ui,sans-serif;text-align:center}
.body{min-width:0;flex:1}
.sender{margin:0 0 4px;line-height:1.3}
.app{font-size:10px;font-weight:600;letter-spacing:.03em;background:var(--soft);color:var(--muted);border-radius:3px;padding:1px 4px;vertical-align:1px}
.body h3{font-size:18px;line-height:1.35;margin:2px 0 8px}
.section{margin:8px 0}
.context{font-size:13px;color:var(--muted);margin:8px 0}
.message code{font-size:12px;color:var(--code);background:var(--codeback);border:1px solid var(--codeline);border-radius:3px;padding:1px 3px}
.message a{color:var(--link);text-decoration:none}
.message hr{border:0;border-top:1px solid var(--line)}
.mention{background:#f2c74466;border-radius:3px;padding:0 2px}
details{margin-top:10px}
summary{color:var(--muted);font-size:13px}
pre{background:var(--soft);border-radius:6px;padding:12px;margin-top:8px}
`.trim()
