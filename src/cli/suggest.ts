import { renderSuggestion } from '../report/suggestion.ts'
import { suggestForSides } from '../service/compare-sides.ts'
import { withRequest } from './compare.ts'
import type { Flags } from './flags.ts'
import type { Streams } from './streams.ts'

/** `flux-compare suggest BASELINE TARGET...`: parameters that would explain what differs, as configuration to paste. */
export async function suggestCommand(sides: readonly string[], flags: Flags, streams: Streams): Promise<number> {
  return withRequest(sides, flags, streams, async (request, ports, stopProgress) => {
    const suggestion = await suggestForSides(request, ports)
    stopProgress()
    await streams.stdout.write(
      renderSuggestion(
        suggestion,
        request.sides.map(({ label }) => label),
      ),
    )
    return 0
  })
}
