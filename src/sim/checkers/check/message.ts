import { shown } from './compile-model.js';
import type { Judgement } from './judgement.js';
import type { ClientOperation, Model } from './model.js';

/** How many operations of an order, or in conflict, a message shows; of an order the last ones, which matter most. */
const LINES_MAX = 12;

/** What was found, in plain text. */
export function messageOf<State, Input, Output>(
  judgement: Omit<Judgement<Input, Output>, 'message'>,
  model: Model<State, Input, Output>,
): string {
  const { verdict, partition, culprit, order, conflict, steps } = judgement;
  const name = model.name ?? 'the object';
  const where = partition === null || partition === '' ? '' : `, ${partition}`;
  if (verdict === 'passed') return `passed  ${name}: linearizable (${steps} steps)`;
  if (verdict === 'unknown') return `unknown  ${name}${where}: not decided within ${steps} steps`;

  const lines = [`failed  ${name}${where}: not linearizable`];
  if (culprit === null) return lines[0]!;
  const told = tellerOf(model, [culprit, ...order, ...conflict]);
  lines.push('', 'There is no order that explains this answer:', told(culprit));
  lines.push('', order.length === 0 ? 'Nothing returned before it.' : `An order of all that returned before it (${order.length}):`);
  if (order.length > LINES_MAX) lines.push(`  ${order.length - LINES_MAX} others, then`);
  for (const operation of order.slice(-LINES_MAX)) lines.push(told(operation));
  lines.push(`  then ${name} is: ${judgement.state}`);
  if (conflict.length > 1) {
    lines.push('', 'These contradict each other, whatever all others were answered:');
    for (const operation of conflict.slice(-LINES_MAX)) lines.push(told(operation));
    if (conflict.length > LINES_MAX) lines.push(`  and ${conflict.length - LINES_MAX} before them`);
  }
  return lines.join('\n');
}

/** One operation on one line, in columns as wide as these need. */
function tellerOf<State, Input, Output>(
  model: Model<State, Input, Output>,
  operations: readonly ClientOperation<Input, Output>[],
): (operation: ClientOperation<Input, Output>) => string {
  const spanOf = ({ call, return: returned }: ClientOperation<Input, Output>): string => `${call} .. ${returned ?? '?'}`;
  const clients = Math.max(...operations.map(({ client }) => String(client).length));
  const spans = Math.max(...operations.map((operation) => spanOf(operation).length));
  return (operation) => {
    const { client, input, output } = operation;
    const isAnswered = operation.return !== null;
    const text =
      model.describeOperation?.(input, isAnswered ? output : undefined) ?? `${shown(input)} -> ${isAnswered ? shown(output) : 'no answer'}`;
    return `  ${String(client).padEnd(clients)}  ${spanOf(operation).padEnd(spans)}  ${text}`;
  };
}
