import { expect, test } from '@jest/globals'
import { trafficFigure } from '../../scripts/demo/page/traffic.ts'

test('each tenth of a second is a column with the share of each side', () => {
  const figure = trafficFigure({
    title: 'a <b>',
    slices: [
      { at: 1_000, failed: 0, bySide: { blue: 3, green: 1 } },
      { at: 1_100, failed: 2, bySide: { green: 2 } },
    ],
    marks: [{ at: 1_100, text: 'now & then' }],
  })
  expect(figure).toContain('a &lt;b&gt;')
  expect(figure.match(/<rect .*?\/>/g)).toEqual([
    '<rect class="blue" x="0" y="34.0" width="480.0" height="120.0"/>',
    '<rect class="green" x="0" y="154.0" width="480.0" height="40.0"/>',
    '<rect class="green" x="480" y="34.0" width="480.0" height="80.0"/>',
    '<rect class="failed" x="480" y="114.0" width="480.0" height="80.0"/>',
  ])
  expect(figure).toContain('<line x1="480"')
  expect(figure).toContain('now &amp; then')
})
