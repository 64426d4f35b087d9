import type { Socket } from 'node:net'
import { generate, parser } from 'mqtt-packet'
import { type LyingServer, startTcp } from '../lying-servers.ts'

/** An MQTT broker that accepts, acknowledges, and delivers nothing; or what `deliver` says. */
export function startLossyBroker(
  deliver: (topic: string, payload: Buffer, socket: Socket) => void = () => undefined,
): Promise<LyingServer> {
  return startTcp((socket) => {
    const packets = parser({ protocolVersion: 4 })
    packets.on('packet', (packet) => {
      if (packet.cmd === 'connect') {
        socket.write(generate({ cmd: 'connack', returnCode: 0, sessionPresent: false }))
      } else if (packet.cmd === 'subscribe') {
        socket.write(generate({ cmd: 'suback', messageId: packet.messageId ?? 0, granted: [1] }))
      } else if (packet.cmd === 'publish') {
        socket.write(generate({ cmd: 'puback', messageId: packet.messageId ?? 0 }))
        deliver(packet.topic, Buffer.from(packet.payload), socket)
      }
    })
    packets.on('error', () => socket.destroy())
    socket.on('data', (chunk) => packets.parse(chunk))
  })
}
