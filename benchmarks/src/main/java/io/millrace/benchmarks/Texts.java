package io.millrace.benchmarks;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.util.SplittableRandom;

/** The keys of the recovery benchmark: a number, and what pads it to a length, which LZ4 cannot make shorter. */
record Texts(int lengthBytes) {
    static final int DIGITS = 10;
    private static final byte[] ALPHABET =
            "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".getBytes(US_ASCII);

    Texts {
        if (lengthBytes < DIGITS) {
            throw new IllegalArgumentException("a text must have at least " + DIGITS + " bytes, not " + lengthBytes);
        }
    }

    /** The same text for the same number, which must not have more than {@value #DIGITS} digits. */
    byte[] text(int number) {
        byte[] text = new byte[lengthBytes];
        int rest = number;
        for (int i = DIGITS - 1; i >= 0; i--) {
            text[i] = (byte) ('0' + rest % 10);
            rest /= 10;
        }
        SplittableRandom random = new SplittableRandom(number);
        for (int i = DIGITS; i < lengthBytes; i++) {
            text[i] = ALPHABET[random.nextInt(ALPHABET.length)];
        }
        return text;
    }

    /** The number that a text begins with. */
    static int number(byte[] text) {
        int number = 0;
        for (int i = 0; i < DIGITS; i++) {
            number = 10 * number + text[i] - '0';
        }
        return number;
    }
}
