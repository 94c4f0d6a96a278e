const BASE_CSS = `
*{box-sizing:border-box}
html,body{margin:0;height:100%}
body{font:14px/1.5 system-ui,-apple-system,"Segoe UI","Apple SD Gothic Neo","Malgun Gothic","Noto Sans CJK KR",sans-serif;color:#303030;background:#f1f1f1;word-break:keep-all;overflow-wrap:anywhere}
a{color:#005bd3}
:focus-visible{outline:2px solid #005bd3;outline-offset:2px}
button,.button{font:inherit;font-weight:600;border:0;border-radius:8px;padding:7px 12px;background:#fff;color:#303030;box-shadow:0 0 0 1px #d0d0d0;cursor:pointer;text-decoration:none;display:inline-block}
button:disabled{opacity:.5;cursor:default}
.primary{background:#303030;color:#fff;box-shadow:none}
`

export const SHELL_CSS = `${BASE_CSS}
body{display:flex;flex-direction:column}
.bar{display:flex;align-items:center;gap:12px;min-height:56px;padding:0 16px;background:#1a1a1a;color:#fff;position:relative;z-index:3}
.bar .shop{color:#fff;font-weight:650;text-decoration:none;white-space:nowrap;overflow:hidden;text-overflow:ellipsis}
.bar :focus-visible{outline-color:#9fc4ff}
.languages{margin-left:auto;display:flex;gap:4px;flex:none}
.languages a{color:#e3e3e3;text-decoration:none;padding:4px 8px;border-radius:6px}
.languages a[aria-current]{background:#fff;color:#1a1a1a}
.burger{display:none;background:transparent;color:#fff;box-shadow:none;font-size:18px;padding:6px 8px}
.save-bar{position:absolute;left:50%;transform:translateX(-50%);display:flex;align-items:center;gap:16px;background:#303030;border-radius:10px;padding:6px 6px 6px 14px;width:min(560px,calc(100% - 24px));justify-content:space-between;z-index:2}
.save-bar[hidden]{display:none}
.save-bar .buttons{display:flex;gap:6px}
.save-bar button{background:#4a4a4a;color:#fff;box-shadow:none}
.save-bar button.primary{background:#fff;color:#1a1a1a}
.columns{flex:1;display:flex;min-height:0}
.nav{width:232px;flex:none;background:#ebebeb;padding:12px 8px;overflow:auto}
.nav a{display:block;padding:6px 10px;border-radius:8px;color:#303030;text-decoration:none;font-weight:550}
.nav a:hover{background:#f6f6f6}
.nav a[aria-current]{background:#fff;font-weight:650}
.nav p{margin:16px 10px 4px;color:#616161;font-size:12px}
#app-menu a{padding-left:26px}
main{flex:1;min-width:0;overflow:auto;padding:20px}
.is-app main{padding:0;overflow:hidden;display:flex;flex-direction:column}
.title{display:flex;align-items:center;gap:8px;padding:8px 16px;background:#fff;border-bottom:1px solid #e3e3e3;font-weight:600;min-height:44px}
.title .buttons{margin-left:auto;display:flex;gap:6px}
iframe{border:0;width:100%;flex:1;background:#f1f1f1;display:block}
iframe.extension{flex:none;height:300px;background:#fff}
.card.extension-card{padding:0;overflow:hidden}
dialog{border:0;border-radius:12px;padding:0;width:min(620px,calc(100vw - 24px));box-shadow:0 8px 40px #0006}
.loading{position:fixed;top:0;left:0;height:3px;width:40%;background:#29845a;animation:run 1s infinite linear;z-index:9}
.loading[hidden]{display:none}
@keyframes run{from{margin-left:-40%}to{margin-left:100%}}
@media (prefers-reduced-motion:reduce){.loading{animation:none;width:100%}}
.toasts{position:fixed;bottom:20px;left:0;right:0;display:flex;flex-direction:column;align-items:center;gap:8px;pointer-events:none;z-index:9;padding:0 12px}
.toast{background:#1a1a1a;color:#fff;padding:10px 14px;border-radius:10px;pointer-events:auto;display:flex;gap:12px;align-items:center}
.toast.error{background:#a4001c}
.toast button{background:transparent;color:#fff;box-shadow:none;padding:0 4px;text-decoration:underline}
.page{max-width:960px;margin:0 auto}
.page h1{font-size:20px;margin:0 0 14px}
.card{background:#fff;border-radius:12px;box-shadow:0 1px 0 #00000012,0 0 0 1px #0000000d;padding:16px;margin-bottom:16px;overflow-x:auto}
.card h2{font-size:14px;margin:0 0 8px}
table{width:100%;border-collapse:collapse}
th{text-align:left;font-size:12px;color:#616161;font-weight:550;padding:8px}
td{padding:8px;border-top:1px solid #ebebeb;vertical-align:top}
.number{text-align:right;white-space:nowrap;font-variant-numeric:tabular-nums}
.tag{display:inline-block;background:#e3e3e3;border-radius:8px;padding:1px 8px;margin:1px 2px 1px 0;font-size:12px;color:#303030;text-decoration:none}
.quiet{color:#616161}
.row{display:flex;gap:8px;flex-wrap:wrap;align-items:center}
input,select,textarea{font:inherit;width:100%;padding:7px 10px;border:1px solid #8a8a8a;border-radius:8px;background:#fff;color:#303030}
label{font-weight:550;display:block;margin-top:10px}
.help{font-size:12px;color:#616161;margin:2px 0 0}
.editor{display:grid;grid-template-columns:360px 1fr;gap:16px;max-width:1400px;margin:0 auto}
.editor iframe{height:calc(100vh - 190px);min-height:480px;border-radius:12px;background:#fff}
.editor form{max-height:calc(100vh - 240px);overflow:auto;padding-right:4px}
.done{background:#cdfee1;color:#0c5132;border-radius:8px;padding:8px 12px;margin:0 0 12px}
pre{white-space:pre-wrap;margin:0;font-size:12px}
@media (max-width:700px){
 .burger{display:block}
 .nav{display:none;position:absolute;top:56px;left:0;bottom:0;z-index:4;box-shadow:4px 0 16px #0003}
 .nav-open .nav{display:block}
 main{padding:12px}
 .editor{grid-template-columns:minmax(0,1fr)}
 .editor form{max-height:none}
 .wide{display:none}
}
`

export const DOORS_CSS = `${BASE_CSS}
body{background:#fbf6f4}
.doors{max-width:1000px;margin:0 auto;padding:48px 20px}
.doors header{display:flex;align-items:baseline;gap:12px}
.doors header a{margin-left:auto}
.brand{font-weight:700;color:#7a1f35;font-size:18px}
h1{font-size:clamp(26px,4vw,38px);line-height:1.2;margin:28px 0 8px;letter-spacing:-.01em}
.lead{max-width:62ch;color:#554a4a;font-size:16px;margin:0 0 28px}
.pair{display:grid;grid-template-columns:1fr 1fr;gap:20px}
.door{display:flex;flex-direction:column;min-height:190px;padding:28px;border-radius:18px;text-decoration:none;color:#fff;background:#2b2b2e}
.door.second{background:#7a1f35}
.door strong{font-size:22px;margin-bottom:8px}
.door span{opacity:.95}
.door em{margin-top:auto;padding-top:20px;font-style:normal;font-weight:650}
.story{margin-top:20px;padding:24px 28px;border-radius:18px;background:#fff;box-shadow:0 0 0 1px #ecdcd8;display:flex;gap:20px;align-items:center;flex-wrap:wrap}
.story div{flex:1;min-width:240px}
.story h2{margin:0 0 4px;font-size:18px}
.story p{margin:0;color:#554a4a}
@media (max-width:640px){.pair{grid-template-columns:1fr}.doors{padding:24px 16px}.door{min-height:150px;padding:22px}}
`
