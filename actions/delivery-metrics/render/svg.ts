import type { Row } from '../model.ts'

const WIDTH = 720
const HEIGHT = 240
const MARGIN = { left: 40, right: 10, top: 30, bottom: 30 }

/** Deployments of each week as bars, and the share that failed: a picture that needs nothing to be drawn. */
export function chartSvg({ weeks, deployments, repository }: Row): string {
  const bars = weeks.map(({ week, deployments: count }) => ({ week, count }))
  const most = Math.max(1, ...bars.map(({ count }) => count))
  const slot = (WIDTH - MARGIN.left - MARGIN.right) / Math.max(1, bars.length)
  const space = HEIGHT - MARGIN.top - MARGIN.bottom
  const parts = bars.map(({ week, count }, index) => {
    const height = (count / most) * space
    const x = MARGIN.left + index * slot
    const y = HEIGHT - MARGIN.bottom - height
    const center = x + slot / 2
    return [
      `<rect x="${round(x + slot * 0.15)}" y="${round(y)}" width="${round(slot * 0.7)}" height="${round(height)}" fill="#1f883d"/>`,
      `<text x="${round(center)}" y="${round(y - 4)}" text-anchor="middle">${count}</text>`,
      `<text x="${round(center)}" y="${HEIGHT - 10}" text-anchor="middle">${week.slice(5)}</text>`,
    ].join('')
  })
  const failed = deployments.filter(({ failures }) => failures.length > 0).length
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" font-family="DejaVu Sans,Verdana,sans-serif" font-size="11">`,
    `<title>Deployments per week of ${xml(repository)}</title>`,
    `<rect width="${WIDTH}" height="${HEIGHT}" fill="#ffffff"/>`,
    `<text x="${MARGIN.left}" y="16" font-weight="bold">Deployments per week, ${failed} failed</text>`,
    ...parts,
    `<line x1="${MARGIN.left}" y1="${HEIGHT - MARGIN.bottom}" x2="${WIDTH - MARGIN.right}" y2="${HEIGHT - MARGIN.bottom}" stroke="#59636e"/>`,
    '</svg>\n',
  ].join('')
}

const round = (value: number): string => String(Number(value.toFixed(1)))

const xml = (text: string): string => text.replace(/[<>&"']/g, (char) => `&#${char.charCodeAt(0)};`)
