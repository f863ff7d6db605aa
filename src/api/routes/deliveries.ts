import { z } from '@hono/zod-openapi'
import type { ChannelView } from '../../service/reports/report-views.ts'
import type { Service } from '../../service/service.ts'
import { noteWork } from '../context.ts'
import { documentOf, listDocument } from '../documents.ts'
import { defineEndpoint, type Endpoint } from '../endpoint.ts'
import { json, JSON_ONLY } from '../json-answer.ts'
import { CHANNEL_NAME, DEFINITION_NAME, ID, NO_PARAMETERS, PAGE, pageOf } from '../parameters.ts'
import { CHANNEL, CHANNEL_LIST, DELIVERY_LIST, DELIVERY_STATE } from '../schemas/report.ts'

const COMMON = { body: null, types: JSON_ONLY, problems: [] } as const

/** What became of the messages to channels. */
export function deliveryEndpoints(service: Service): readonly Endpoint[] {
  return [listDeliveries(service), listChannels(service), enableChannel(service)]
}

function listDeliveries(service: Service): Endpoint {
  return defineEndpoint({
    ...COMMON,
    method: 'get',
    path: '/deliveries',
    operation: 'listDeliveries',
    tag: 'reports',
    summary: 'Messages to channels and what became of them, newest first',
    scope: 'read',
    params: NO_PARAMETERS,
    query: z.strictObject({
      state: DELIVERY_STATE.optional().meta({ description: 'Only in this state.' }),
      channel: CHANNEL_NAME.optional(),
      report: ID.optional(),
      name: DEFINITION_NAME.optional(),
      ...PAGE,
    }),
    answers: { 200: json('One page', DELIVERY_LIST) },
    handle: async (c, { access, query }) => {
      const { state = null, channel = null, report = null, name = null } = query
      const page = await service.listDeliveries(access, { state, channel, report, name }, pageOf(query))
      return c.json(listDocument('DeliveryList', page, (record) => documentOf('Delivery', record)))
    },
  })
}

function listChannels(service: Service): Endpoint {
  return defineEndpoint({
    ...COMMON,
    method: 'get',
    path: '/channels',
    operation: 'listChannels',
    tag: 'channels',
    summary: 'The channels that are configured, and which of them refused for good',
    scope: 'read',
    params: NO_PARAMETERS,
    query: NO_PARAMETERS,
    answers: { 200: json('All of them', CHANNEL_LIST) },
    handle: async (c, { access }) => {
      const items = await service.listChannels(access)
      return c.json(listDocument('ChannelList', { items, next: null }, channelDocument))
    },
  })
}

function enableChannel(service: Service): Endpoint {
  return defineEndpoint({
    ...COMMON,
    method: 'post',
    path: '/channels/{channel}/enable',
    operation: 'enableChannel',
    tag: 'channels',
    summary: 'Send to it again; what it refused within the last day is sent once more',
    scope: 'admin',
    params: z.strictObject({ channel: CHANNEL_NAME }),
    query: NO_PARAMETERS,
    answers: { 200: json('The channel', CHANNEL) },
    handle: async (c, { access, params }) => {
      noteWork(c, 'enableChannel', [params.channel])
      return c.json(channelDocument(await service.enableChannel(access, params.channel)))
    },
  })
}

/** `kind` is that of the document. */
function channelDocument({ kind: type, ...channel }: ChannelView): object {
  return documentOf('Channel', { ...channel, type })
}
