/**
 * The system call filter of the sandbox: a classic BPF program, assembled here so that no compiled helper and no native
 * module is needed. bubblewrap reads it from a descriptor and loads it before the job's first instruction.
 *
 * It is a deny list on top of namespaces, dropped capabilities and NoNewPrivs: what it refuses is what has broken out of
 * such sandboxes before (mounts, nested namespaces, kernel keyrings, bpf, io_uring, userfaultfd, ...), sockets that are
 * not bound to a network namespace (vsock), typing into a terminal, and memory that belongs to no process and so would be in
 * nobody's figure (nameless files, System V segments, queues and semaphores).
 */

/** Machines whose system call numbers we know. */
export type Machine = 'x64' | 'arm64'

interface MachineTable {
  /** AUDIT_ARCH_* of linux/audit.h. */
  readonly audit: number
  readonly clone: number
  readonly ioctl: number
  readonly personality: number
  readonly socket: number
  readonly refused: Readonly<Record<string, number>>
}

/** Calls numbered alike on every machine (added after 5.0). */
const COMMON = {
  io_uring_setup: 425,
  io_uring_enter: 426,
  io_uring_register: 427,
  open_tree: 428,
  move_mount: 429,
  fsopen: 430,
  fsconfig: 431,
  fsmount: 432,
  fspick: 433,
  pidfd_getfd: 438,
  process_madvise: 440,
  mount_setattr: 442,
  quotactl_fd: 443,
  memfd_secret: 447,
} as const
const CLONE3 = 435

const TABLES: Readonly<Record<Machine, MachineTable>> = {
  x64: {
    audit: 0xc000003e,
    clone: 56,
    ioctl: 16,
    personality: 135,
    socket: 41,
    refused: {
      ...COMMON,
      shmget: 29,
      semget: 64,
      msgget: 68,
      ptrace: 101,
      syslog: 103,
      uselib: 134,
      ustat: 136,
      sysfs: 139,
      vhangup: 153,
      modify_ldt: 154,
      pivot_root: 155,
      _sysctl: 156,
      adjtimex: 159,
      chroot: 161,
      acct: 163,
      settimeofday: 164,
      mount: 165,
      umount2: 166,
      swapon: 167,
      swapoff: 168,
      reboot: 169,
      sethostname: 170,
      setdomainname: 171,
      iopl: 172,
      ioperm: 173,
      create_module: 174,
      init_module: 175,
      delete_module: 176,
      get_kernel_syms: 177,
      query_module: 178,
      quotactl: 179,
      nfsservctl: 180,
      lookup_dcookie: 212,
      clock_settime: 227,
      mbind: 237,
      set_mempolicy: 238,
      kexec_load: 246,
      add_key: 248,
      request_key: 249,
      keyctl: 250,
      migrate_pages: 256,
      unshare: 272,
      move_pages: 279,
      perf_event_open: 298,
      fanotify_init: 300,
      name_to_handle_at: 303,
      open_by_handle_at: 304,
      clock_adjtime: 305,
      setns: 308,
      process_vm_readv: 310,
      process_vm_writev: 311,
      kcmp: 312,
      finit_module: 313,
      memfd_create: 319,
      kexec_file_load: 320,
      bpf: 321,
      userfaultfd: 323,
    },
  },
  arm64: {
    audit: 0xc00000b7,
    clone: 220,
    ioctl: 29,
    personality: 92,
    socket: 198,
    refused: {
      ...COMMON,
      lookup_dcookie: 18,
      umount2: 39,
      mount: 40,
      pivot_root: 41,
      chroot: 51,
      vhangup: 58,
      quotactl: 60,
      acct: 89,
      kexec_load: 104,
      init_module: 105,
      delete_module: 106,
      clock_settime: 112,
      syslog: 116,
      msgget: 186,
      semget: 190,
      shmget: 194,
      ptrace: 117,
      reboot: 142,
      sethostname: 161,
      setdomainname: 162,
      settimeofday: 170,
      adjtimex: 171,
      add_key: 217,
      request_key: 218,
      keyctl: 219,
      unshare: 97,
      swapon: 224,
      swapoff: 225,
      mbind: 235,
      set_mempolicy: 237,
      migrate_pages: 238,
      move_pages: 239,
      perf_event_open: 241,
      fanotify_init: 262,
      name_to_handle_at: 264,
      open_by_handle_at: 265,
      clock_adjtime: 266,
      setns: 268,
      process_vm_readv: 270,
      process_vm_writev: 271,
      kcmp: 272,
      finit_module: 273,
      memfd_create: 279,
      bpf: 280,
      userfaultfd: 282,
      kexec_file_load: 294,
    },
  },
}

/** One instruction of classic BPF: jumps are counted from the next instruction. */
interface Instruction {
  readonly code: number
  readonly jumpTrue: number
  readonly jumpFalse: number
  readonly k: number
}

// struct seccomp_data { int nr; __u32 arch; __u64 ip; __u64 args[6]; }, little endian on both machines.
const DATA_NUMBER = 0
const DATA_ARCH = 4
const DATA_ARGUMENT = (index: number): number => 16 + 8 * index

const load = (offset: number): Instruction => ({ code: 0x20, jumpTrue: 0, jumpFalse: 0, k: offset })
const give = (value: number): Instruction => ({ code: 0x06, jumpTrue: 0, jumpFalse: 0, k: value })
const ifEqual = (k: number, jumpTrue: number, jumpFalse: number): Instruction => ({
  code: 0x15,
  jumpTrue,
  jumpFalse,
  k,
})
const ifAtLeast = (k: number, jumpTrue: number, jumpFalse: number): Instruction => ({
  code: 0x35,
  jumpTrue,
  jumpFalse,
  k,
})
const ifAnyBit = (k: number, jumpTrue: number, jumpFalse: number): Instruction => ({
  code: 0x45,
  jumpTrue,
  jumpFalse,
  k,
})

const ALLOW = give(0x7fff0000)
const KILL_PROCESS = give(0x80000000)
const refuse = (errno: number): Instruction => give(0x00050000 | errno)
const EPERM = 1
const ENOSYS = 38
const EAFNOSUPPORT = 97

/** CLONE_NEWNS | NEWCGROUP | NEWUTS | NEWIPC | NEWUSER | NEWPID | NEWNET. */
const NAMESPACE_FLAGS = 0x7e020000
const TIOCSTI = 0x5412
const TIOCLINUX = 0x541c
/** AF_UNIX, AF_INET, AF_INET6, AF_NETLINK: each lives inside the (empty) network namespace. AF_VSOCK and AF_ALG do not. */
const SOCKET_FAMILIES = [1, 2, 10, 16]
/** x86-64 also answers to x32 numbers, which would pass every comparison below. */
const X32_BIT = 0x40000000

/** The program for a machine, as instructions. */
function filterFor(machine: Machine): Instruction[] {
  const table = TABLES[machine]
  const program: Instruction[] = [
    load(DATA_ARCH),
    ifEqual(table.audit, 1, 0),
    KILL_PROCESS,
    load(DATA_NUMBER),
  ]
  if (machine === 'x64') program.push(ifAtLeast(X32_BIT, 0, 1), refuse(ENOSYS))
  for (const number of Object.values(table.refused)) program.push(ifEqual(number, 0, 1), refuse(EPERM))
  // libc falls back to clone, whose flags are in a register and so visible to the filter.
  program.push(ifEqual(CLONE3, 0, 1), refuse(ENOSYS))
  program.push(
    ifEqual(table.clone, 0, 4),
    load(DATA_ARGUMENT(0)),
    ifAnyBit(NAMESPACE_FLAGS, 0, 1),
    refuse(EPERM),
    ALLOW,
  )
  program.push(
    ifEqual(table.ioctl, 0, 5),
    load(DATA_ARGUMENT(1)),
    ifEqual(TIOCSTI, 1, 0),
    ifEqual(TIOCLINUX, 0, 1),
    refuse(EPERM),
    ALLOW,
  )
  // 0 is the ordinary Linux personality, 0xffffffff only asks.
  program.push(
    ifEqual(table.personality, 0, 5),
    load(DATA_ARGUMENT(0)),
    ifEqual(0, 2, 0),
    ifEqual(0xffffffff, 1, 0),
    refuse(EPERM),
    ALLOW,
  )
  program.push(ifEqual(table.socket, 0, SOCKET_FAMILIES.length + 2), load(DATA_ARGUMENT(0)))
  SOCKET_FAMILIES.forEach((family, index) => {
    program.push(ifEqual(family, SOCKET_FAMILIES.length - index, 0))
  })
  program.push(refuse(EAFNOSUPPORT), ALLOW)
  return program
}

/** The filter's bytes (an array of struct sock_filter) for a machine, or null when we have no table for it. */
export function seccompProgram(machine: string = process.arch): Buffer | null {
  if (machine !== 'x64' && machine !== 'arm64') return null
  const program = filterFor(machine)
  const bytes = Buffer.alloc(program.length * 8)
  program.forEach((instruction, index) => {
    bytes.writeUInt16LE(instruction.code, index * 8)
    bytes.writeUInt8(instruction.jumpTrue, index * 8 + 2)
    bytes.writeUInt8(instruction.jumpFalse, index * 8 + 3)
    bytes.writeUInt32LE(instruction.k >>> 0, index * 8 + 4)
  })
  return bytes
}

/** Names of the calls refused outright, for tests and for the doctor's report. */
export function refusedCalls(machine: Machine): string[] {
  return Object.keys(TABLES[machine].refused)
}
