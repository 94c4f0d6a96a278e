/** Ways out of text, of an attribute and of elements whose content a browser reads differently. */
const WAYS_OUT = [
  '',
  '">',
  "'>",
  '</p></div>',
  '</bdi></p>',
  '</style></title></textarea></noscript></template>',
  '--><!-- x -->',
  ']]><svg></p>',
  '&lt;/p&gt;',
  '{{ "x" | raw }}{% endif %}',
]

/** Each runs `ran()` where a browser reads it as markup, or would if a link carried it. */
const SCRIPTS = [
  '<script>ran()</script>',
  '<ScRiPt >ran()</sCrIpT >',
  '<img src=x onerror=ran()>',
  '<img src="data:," onerror="ran()" ',
  '<svg onload=ran()></svg>',
  '<svg><script>ran()</script></svg>',
  '<details open ontoggle=ran()><summary>x</summary></details>',
  '<input autofocus onfocus=ran()>',
  '<video src=x onerror=ran()></video>',
  '<iframe srcdoc="<script>parent.ran()</script>"></iframe>',
  '<math><mtext></form><form><mglyph><style></math><img src onerror=ran()>',
  '<a href="javascript:ran()" id=x>x</a>',
  '" onmouseover="ran()" style="position:fixed;inset:0',
  '\u2028<style onload=ran()></style>\u2029',
  '\\0\\k<x><object data="javascript:ran()"></object>',
]

/** 150 different texts that somebody may write where a text is expected. */
export const PAYLOADS = WAYS_OUT.flatMap((out) => SCRIPTS.map((script) => out + script))

/** What breaks layouts rather than runs: direction, length, and characters that are not seen. */
export const HARD_TEXTS = [
  'x'.repeat(10_000),
  '가'.repeat(10_000),
  'مرحبا بكم '.repeat(1000),
  '\u202e\u202dupside down\u2066\u2067',
  '\u200b\u200c\u200d\u2060\ufeff'.repeat(50) + 'x',
  '👩‍👩‍👧‍👦'.repeat(500),
  'Z\u0300\u0301\u0302\u0303\u0304'.repeat(200),
  '\ud800 half a character',
  'a\u00a0b'.repeat(300),
]
