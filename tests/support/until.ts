/** Waits until `holds` says yes, looking every 10 ms; fails after `withinMs`. */
export async function until(holds: () => boolean | Promise<boolean>, withinMs = 180_000): Promise<void> {
  const end = performance.now() + withinMs
  while (!(await holds())) {
    if (performance.now() > end) throw new Error(`not so within ${withinMs} ms: ${holds.toString()}`)
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
}
