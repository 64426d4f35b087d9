import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'

/** A vulnerability database with a few entries of npm, made by make-database.go.txt (go.etcd.io/bbolt), gzipped. */
const DATABASE = [
  'H4sICFP1DmsCA3RyaXZ5LmRiAO3cv27bRhzAcVp2kgLpn8ydWA7tYsmkpMSWtsROY6FOmzqJO7RBS1NnmwUlCuTJqGDwDfISmfIA',
  'BZp26tC1XTukQ/sCfocefSfJZiRZ2hLj+wEI6sDT7+5HSgB/pz+Wpa2Y/enr909L+YNbun3duuiG2b9n9iWz/+/Vb38f/rrRsQAA',
  'AAAAwFtn6ZL6f7nQv1ToP3z+R9uDrz++vfMpZxQAAAAAgLfPsJ6/xakAAAAAAODKWi6sAwAAAAAAgKtnZVT/65WA/Pv8rqV/3982',
  '7eeW/h+AL5Z0+68lffxftUXiQJZ7fnta/NLoFwL6OwYfqO0ztW3u3S9X3Uaj7Lqud+Ls9aOuSPz9SOyJJA3jbuo0v3W+67tuLWg0',
  'Km7FdZ5lUdz206PpI41/q5Bn8KHaPjdtaUYetl+dO65n4jXKnrter584j3wZHIn2+XnUK956xas6z1ZnTnTULdMxq255o+rWpoes',
  'unOFzLsNQ3rlaq1WW58R05svpuqWdcJu2AlTOf2UjpeFbHMK75n29+YU3hudQpXu+u3GxsSpeZVqpXbZxEyncar1esO9MzXenXni',
  'qU4Z73IAAAAAsKxro1Jv/E9/P5jS7h/Tbizp0u/1sI4v6fYvpv1HSff/eVhtL+v276btrej+LydU21siDZKwJ1Xl5jQdXeE37V4S',
  'y1gOesLuxVHUz4/aYdduiwO/H8l0S4hexVl1dsWBSEQ3EGdF35GUvbS5tiZ+8ju9SFSkSOXaxfHyivGxOBZJKAdquM3d1pPW5t0d',
  'FepJKCOx2AzUs/ZEtx0n44gnzuFR6jvNepYVauKLeQ4L78nj7A/sQBWyMukHMk4WStSMV8jz4f2t1tOH57JcZPwZaVaz4krH3Jdz',
  '0azy8IWstlsPtue7cjNSqGVvrKxMziGIOx2/21Yvgh9FsHgGJvp8Kbwx1pwJmPWSBV5riyZxNsLl76KZY87zvhktDBYuhlltbNqh',
  'tMPUPoy7YqEUTNxCBjtffXP+KkwYZMacvYwFJgAAALwrro/q/4uf/99U2wvT/lNtn1j68/u8fWrpej5vt33pl9O4nwRi2hDFrwDk',
  'oR6prdvrNJsPQrnd37cfi6Cf31bbd9vHYRonA1sdPXFaW+p+/Ow2e9X50u/kd+eznqB6Pd3dUZ0mVQBOdumAK4WZH5sPl8NI9bzG',
  'iwUAAAAA8M66MSrMS6ZY15Y5NQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAACAK+R/',
  'KxYRhwAAAQA=',
].join('')

/** Puts the database where Trivy looks for it; it needs no update. */
export function realDatabase(cache: string): void {
  mkdirSync(join(cache, 'db'), { recursive: true })
  writeFileSync(join(cache, 'db', 'trivy.db'), gunzipSync(Buffer.from(DATABASE, 'base64')))
  const [now, next] = [new Date(), new Date(Date.now() + 86_400_000)].map((date) => date.toISOString())
  const metadata = { Version: 2, NextUpdate: next, UpdatedAt: now, DownloadedAt: now }
  writeFileSync(join(cache, 'db', 'metadata.json'), JSON.stringify(metadata))
}

/** A package-lock.json of packages that the database knows. */
export function lockFile(packages: Readonly<Record<string, string>>): string {
  const entries = Object.entries(packages).map(([name, version]) => [
    `node_modules/${name}`,
    { version, resolved: `https://registry.example/${name}.tgz`, integrity: 'sha512-a' },
  ])
  const root = { name: 'app', version: '1.0.0', dependencies: packages }
  return JSON.stringify(
    {
      name: 'app',
      version: '1.0.0',
      lockfileVersion: 3,
      packages: { '': root, ...Object.fromEntries(entries) },
    },
    null,
    2,
  )
}
