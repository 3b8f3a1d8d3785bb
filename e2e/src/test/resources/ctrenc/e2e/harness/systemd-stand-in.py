"""Runs a service as systemd does one of Type=notify with a store of descriptors and Restart=always: systemd-stand-in.py READY COMMAND...
Counts the starts that came to be ready in the file READY. Ends the service, and itself, on SIGTERM."""
import array, os, signal, socket, sys

ready, command = sys.argv[1], sys.argv[2:]
path = ready + '.notify'
notify = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
notify.bind(path)
notify.settimeout(0.05)
store, starts, ending = {}, 0, False

def start():
    pid = os.fork()
    if pid:
        return pid
    names, fds = list(store), [os.dup2(os.dup(fd), 1000 + i) for i, fd in enumerate(store.values())]
    for i, fd in enumerate(fds):
        os.dup2(fd, 3 + i, inheritable=True)
    os.environ.update(NOTIFY_SOCKET=path, LISTEN_PID=str(os.getpid()), LISTEN_FDS=str(len(fds)), LISTEN_FDNAMES=':'.join(names))
    os.closerange(3 + len(fds), 4096)
    os.execvp(command[0], command)

def hear(message, fds):
    global starts
    said = dict(line.split('=', 1) for line in message.decode().splitlines())
    if 'READY' in said:
        starts += 1
        with open(ready + '.new', 'w') as f:
            f.write(f'{starts} {service}')
        os.rename(ready + '.new', ready)
    if 'FDSTORE' in said:
        store[said['FDNAME']] = fds[0]
    if 'FDSTOREREMOVE' in said and said['FDNAME'] in store:
        os.close(store.pop(said['FDNAME']))

def hears():
    try:
        data, fds, _, _ = socket.recv_fds(notify, 65536, 16)
    except TimeoutError:
        return False
    hear(data, fds)
    return True

def end(*_):
    global ending
    ending = True
    os.kill(service, signal.SIGTERM)

signal.signal(signal.SIGTERM, end)
service = start()
while True:
    if hears():
        continue
    pid, status = os.waitpid(service, os.WNOHANG)
    while pid and hears():
        pass  # What it said last.
    if pid and ending:
        sys.exit(len(store))
    if pid:
        service = start()
