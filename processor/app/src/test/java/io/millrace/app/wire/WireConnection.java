package io.millrace.app.wire;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.Socket;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * One client's connection to one broker, with a thread for each direction. Kafka answers the requests of a connection in their order, and
 * clients rely on it: an answer of the wire's own waits until all earlier requests have been answered.
 */
final class WireConnection {
    private final WireProxy proxy;
    private final int number;
    private final Socket client;
    private final Socket broker;
    private final DataOutputStream toClient;
    private final DataOutputStream toBroker;
    /** What the client waits for, in order. Guarded by this. */
    private final Deque<Expected> expected = new ArrayDeque<>();

    private volatile boolean closed;

    /**
     * @param answer the wire's own, or null if the broker's is awaited
     * @param lost whether the connection breaks in place of the broker's response
     */
    private record Expected(byte @Nullable [] answer, boolean lost) {}

    WireConnection(WireProxy proxy, int number, Socket client, Socket broker) throws IOException {
        this.proxy = proxy;
        this.number = number;
        this.client = client;
        this.broker = broker;
        client.setTcpNoDelay(true);
        broker.setTcpNoDelay(true);
        this.toClient = new DataOutputStream(new BufferedOutputStream(client.getOutputStream(), 1 << 16));
        this.toBroker = new DataOutputStream(new BufferedOutputStream(broker.getOutputStream(), 1 << 16));
    }

    /** Carries requests until the connection ends. */
    void carryRequests() {
        try (DataInputStream in = new DataInputStream(new BufferedInputStream(client.getInputStream(), 1 << 16))) {
            while (!closed) {
                carry(new WireRequest(number, frame(in)));
            }
        } catch (IOException ended) {
            // by either side
        } finally {
            close();
        }
    }

    /** Carries responses until the connection ends. */
    void carryResponses() {
        try (DataInputStream in = new DataInputStream(new BufferedInputStream(broker.getInputStream(), 1 << 16))) {
            while (!closed) {
                answered(frame(in));
            }
        } catch (IOException ended) {
            // by either side
        } finally {
            close();
        }
    }

    private void carry(WireRequest request) throws IOException {
        Fate fate = proxy.fate(request);
        if (fate instanceof Fate.Cut) {
            close();
        } else if (fate instanceof Fate.Answer answer) {
            answer(request.refusal(answer.error()));
        } else {
            if (fate instanceof Fate.Delay delay) {
                pause(delay.delayMs());
            }
            synchronized (this) {
                expected.add(new Expected(null, fate instanceof Fate.LoseResponse));
            }
            write(toBroker, request.frame());
        }
    }

    private synchronized void answer(byte[] answer) throws IOException {
        expected.add(new Expected(answer, false));
        writeOwnAnswers();
    }

    private synchronized void answered(byte[] response) throws IOException {
        Expected first = expected.poll();
        if (first == null) {
            throw new IOException("a response to no request");
        }
        if (first.lost()) {
            close();
            return;
        }
        write(toClient, response);
        writeOwnAnswers();
    }

    private void writeOwnAnswers() throws IOException {
        for (Expected next = expected.peek(); next != null && next.answer() != null; next = expected.peek()) {
            write(toClient, next.answer());
            expected.poll();
        }
    }

    private static byte[] frame(DataInputStream in) throws IOException {
        byte[] frame = new byte[in.readInt()];
        in.readFully(frame);
        return frame;
    }

    private static void write(DataOutputStream out, byte[] frame) throws IOException {
        out.writeInt(frame.length);
        out.write(frame);
        out.flush();
    }

    /** Not cut short when the client goes: a request that is on its way arrives. */
    private void pause(long delayMs) {
        long deadline = System.nanoTime() + delayMs * 1_000_000;
        for (long left = delayMs * 1_000_000; left > 0 && proxy.isOpen(); left = deadline - System.nanoTime()) {
            LockSupport.parkNanos(this, Math.min(left, 50_000_000));
        }
    }

    void close() {
        closed = true;
        try {
            client.close();
            broker.close();
        } catch (IOException gone) {
            // what was wanted
        }
        proxy.ended(this);
    }
}
