'use client'

/** Where the wallet will sit. */
export function AccountSlot() {
  return <div className="ml-auto" />
}
