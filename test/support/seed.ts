import fc from 'fast-check'

// The gate must not depend on chance: properties see the same inputs in every run. Look further with
// `NEXUS_SEED=$RANDOM npm test`.
fc.configureGlobal({ ...fc.readConfigureGlobal(), seed: Number(process.env['NEXUS_SEED'] ?? 20261121) })
