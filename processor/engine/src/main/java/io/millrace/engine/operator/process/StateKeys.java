package io.millrace.engine.operator.process;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.millrace.state.OrderedBytes;
import java.util.Arrays;
import java.util.regex.Pattern;

/**
 * The keys of the store of a step of custom code. The first byte says what the entry is. State goes by its name, the key at hand and, for
 * elements of lists and entries of maps, what tells these apart; timers and what is to expire go by their time first.
 */
final class StateKeys {
    /** How far event time has come, and where firing was interrupted. */
    static final byte PROGRESS = 0;
    /** What a piece of state holds, by kind and name. */
    static final byte TYPE = 1;
    /** The number of the next element of any list, by the state's name. */
    static final byte COUNTER = 2;

    static final byte VALUE = 3;
    static final byte LIST = 4;
    static final byte MAP = 5;
    static final byte EXPIRY = 6;
    static final byte EVENT_TIMER = 7;
    static final byte PROCESSING_TIMER = 8;

    /** What counts as an entry of its own: not what says how to read the others. */
    static final byte[] ENTRIES = {VALUE, LIST, MAP, EVENT_TIMER, PROCESSING_TIMER};

    private static final int TIME_AT = 1;
    private static final int REST_AT = TIME_AT + Long.BYTES;
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_.-]{1,100}");

    private StateKeys() {}

    /** Of the entry that there is once per store. */
    static byte[] progress() {
        return new byte[] {PROGRESS};
    }

    /** Of what a piece of state holds. */
    static byte[] type(byte kind, String name) {
        return OrderedBytes.concat(new byte[] {TYPE, kind}, name.getBytes(UTF_8));
    }

    static byte[] counter(String name) {
        return OrderedBytes.concat(new byte[] {COUNTER}, name.getBytes(UTF_8));
    }

    /** What all entries of a piece of state begin with, and no others. @throws IllegalArgumentException if the name cannot be one */
    static byte[] state(byte kind, String name) {
        if (!NAME.matcher(name).matches()) {
            throw new IllegalArgumentException(
                    "\"" + name + "\" cannot be the name of state: use 1 to 100 letters, digits, _, - and .");
        }
        // No name holds a zero, so none is the beginning of another with one behind it.
        return OrderedBytes.concat(new byte[] {kind}, name.getBytes(UTF_8), new byte[] {0});
    }

    static byte[] timed(byte kind, long timeMs, byte[] rest) {
        byte[] key = new byte[REST_AT + rest.length];
        key[0] = kind;
        OrderedBytes.putLong(key, TIME_AT, timeMs);
        System.arraycopy(rest, 0, key, REST_AT, rest.length);
        return key;
    }

    /** The least key of a kind that can have this time. */
    static byte[] timed(byte kind, long timeMs) {
        return timed(kind, timeMs, new byte[0]);
    }

    static long timeOf(byte[] timed) {
        return OrderedBytes.readLong(timed, TIME_AT);
    }

    /** What follows the time. */
    static byte[] restOf(byte[] timed) {
        return Arrays.copyOfRange(timed, REST_AT, timed.length);
    }

    /** The end of all keys of a kind. */
    static byte[] end(byte kind) {
        return new byte[] {(byte) (kind + 1)};
    }

    /** The least key behind this one. */
    static byte[] after(byte[] key) {
        return Arrays.copyOf(key, key.length + 1);
    }
}
