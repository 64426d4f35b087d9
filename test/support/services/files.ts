import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { authority, type CertificateKind, certificate } from '../certificates.ts'

/** PEM files for a server. */
export interface TlsFiles {
  ca: string
  cert: string
  key: string
}

/** Writes a certificate with its key, and the authority that signed it, into a folder. */
export async function writeCertificate(folder: string, kind: CertificateKind = 'good'): Promise<TlsFiles> {
  const { cert, key } = await certificate(kind)
  const files = {
    ca: join(folder, 'ca.pem'),
    cert: join(folder, `${kind}.pem`),
    key: join(folder, `${kind}.key`),
  }
  writeFileSync(files.ca, await authority())
  writeFileSync(files.cert, cert)
  writeFileSync(files.key, key, { mode: 0o600 })
  return files
}
