"""Line charts as SVG: labelled at the lines themselves, readable in light and dark."""
import math
from html import escape

WIDTH, HEIGHT = 760, 500
LEFT, RIGHT, TOP, BOTTOM = 78, 40, 92, 44
FONT = 'system-ui, -apple-system, "Segoe UI", Helvetica, Arial, sans-serif'
# Of a light page, of a dark one.
COLOURS = {"rheo": ("#0f766e", "#2dd4bf"), "kube": ("#1d4ed8", "#7aa2f7"), "old": ("#c2410c", "#fb923c")}
STYLE = """
.card{fill:#fff;stroke:#dfe4ea}.t{fill:#16202e}.s{fill:#5a6778}.g{stroke:#e6eaef}.h{stroke:#fff}
%s
@media (prefers-color-scheme:dark){.card{fill:#18212c;stroke:#2b3746}.t{fill:#e6ebf2}.s{fill:#9aa8b9}.g{stroke:#2b3746}
.h{stroke:#18212c}
%s}
"""


class Line:
    """A measured line. `style` is a key of COLOURS; `note` is said below the name; `cut` marks an end that is none. One
    without a name is named with another."""

    def __init__(self, name, note, points, style, dashed=False, cut=False):
        self.name, self.note, self.points, self.style, self.dashed, self.cut = name, note, points, style, dashed, cut


def rounded(value, steps=(1, 2, 5, 10)):
    power = 10 ** math.floor(math.log10(value))
    return next(s * power for s in steps if s * power >= value * 0.9999)


def chart(title, subtitle, lines, x_name, y_unit, y_factor, description, x_label=str, x_step=None):
    x_max = max(x for l in lines for x, _ in l.points) or 1
    y_max = max(y for l in lines for _, y in l.points)
    y_step = rounded(y_max / y_factor / 6) * y_factor
    y_top = max(y_step, math.ceil(y_max * 1.02 / y_step) * y_step)
    x_step = x_step or rounded(x_max / 8)

    def px(x):
        return LEFT + x / x_max * (WIDTH - LEFT - RIGHT)

    def py(y):
        return HEIGHT - BOTTOM - y / y_top * (HEIGHT - TOP - BOTTOM)

    css = STYLE % tuple("".join(f".{k}{{stroke:{v[i]}}}.{k}f{{fill:{v[i]}}}" for k, v in COLOURS.items()) for i in (0, 1))
    out = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" height="{HEIGHT}" '
           f"font-family='{FONT}' font-size=\"15\" role=\"img\" aria-labelledby=\"t d\">",
           f'<title id="t">{escape(title)}</title>', f'<desc id="d">{escape(description)}</desc>', f"<style>{css}</style>",
           f'<rect class="card" x=".5" y=".5" width="{WIDTH - 1}" height="{HEIGHT - 1}" rx="10"/>',
           f'<text class="t" x="24" y="36" font-size="20" font-weight="600">{escape(title)}</text>',
           f'<text class="s" x="24" y="59">{escape(subtitle)}</text>']
    for i in range(round(y_top / y_step) + 1):
        y = i * y_step
        label = f"{y / y_factor:g} {y_unit}" if i else "0"
        out.append(f'<path class="g" d="M{LEFT} {py(y):.1f}H{WIDTH - RIGHT}"/>'
                   f'<text class="s" x="{LEFT - 10}" y="{py(y) + 5:.1f}" text-anchor="end">{label}</text>')
    for i in range(int(x_max / x_step + 1e-9) + 1):
        x = i * x_step
        out.append(f'<text class="s" x="{px(x):.1f}" y="{HEIGHT - BOTTOM + 22}" text-anchor="middle">{escape(x_label(x))}</text>')
    if x_name:
        out.append(f'<text class="s" x="{WIDTH - RIGHT}" y="{TOP - 12}" text-anchor="end">{escape(x_name)}</text>')
    for l in lines:
        d = "".join(f"{'L' if i else 'M'}{px(x):.1f} {py(y):.1f}" for i, (x, y) in enumerate(l.points))
        dash = ' stroke-dasharray="7 4"' if l.dashed else ""
        out.append(f'<path class="{l.style}" d="{d}" fill="none" stroke-width="2.5" stroke-linejoin="round"{dash}/>')
        x, y = px(l.points[-1][0]), py(l.points[-1][1])
        if not l.cut:
            out.append(f'<circle class="{l.style}f" cx="{x:.1f}" cy="{y:.1f}" r="4"/>')
        else:
            out.append(f'<path class="{l.style}" d="M{x - 5:.1f} {y - 5:.1f}l10 10m0 -10l-10 10" stroke-width="2.5"/>')
    out += labels(lines, px, py)
    return "\n".join(out + ["</svg>", ""])


def labels(lines, px, py):
    """A name at the right end of each line, else above its end; moved up until it covers no other and no line."""
    placed, out = [], []
    drawn = [(px(a + (c - a) * i / 20), py(b + (d - b) * i / 20)) for l in lines
             for (a, b), (c, d) in zip(l.points, l.points[1:]) for i in range(21)]

    def covers(left, top, width):
        right, bottom = left + width, top + 38
        return any(left < r and right > a and top < b and bottom > t for a, t, r, b in placed) or \
            any(left - 4 < x < right and top < y < bottom for x, y in drawn)

    for l in sorted((l for l in lines if l.name), key=lambda l: -py(l.points[-1][1])):  # the lowest first
        x, y = px(l.points[-1][0]), py(l.points[-1][1])
        width = 7.7 * max(len(l.name), len(l.note)) + 8
        if x + 14 + width <= WIDTH - 4:
            left, top = x + 12, y - 16
        else:
            left, top = max(LEFT + 8, WIDTH - RIGHT - width), y - 48
        top = min(top, HEIGHT - BOTTOM - 40)
        while top > TOP - 20 and covers(left, top, width):
            top -= 3
        placed.append((left, top, left + width, top + 38))
        halo = 'class="{} h" stroke-width="4" stroke-linejoin="round" paint-order="stroke"'
        out.append(f'<text x="{left:.1f}" y="{top + 14:.1f}" font-weight="600" {halo.format(l.style + "f")}>{escape(l.name)}</text>')
        out.append(f'<text x="{left:.1f}" y="{top + 32:.1f}" {halo.format("s")}>{escape(l.note)}</text>')
    return out
