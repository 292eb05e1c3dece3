package io.millrace.local;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;

/** Finds free ports on the loopback address. */
final class Ports {
    /** Below every system's ephemeral range: no client connection can take the port of a broker that is down for a moment. */
    private static final int FIRST = 20_000;

    private static final int COUNT = 12_000;

    private Ports() {}

    static int free() {
        return free(1).get(0);
    }

    /** Several, none of them twice. */
    static List<Integer> free(int count) {
        int start = ThreadLocalRandom.current().nextInt(COUNT);
        List<Integer> found = new ArrayList<>();
        for (int i = 0; i < COUNT && found.size() < count; i++) {
            int port = FIRST + (start + i) % COUNT;
            if (isFree(port)) {
                found.add(port);
            }
        }
        if (found.size() < count) {
            throw new IllegalStateException("no " + count + " free ports in " + FIRST + ".." + (FIRST + COUNT - 1));
        }
        return found;
    }

    private static boolean isFree(int port) {
        try (ServerSocket socket = new ServerSocket()) {
            socket.setReuseAddress(true);
            socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
            return true;
        } catch (IOException taken) {
            return false;
        }
    }
}
