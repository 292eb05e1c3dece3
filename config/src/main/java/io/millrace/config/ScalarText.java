package io.millrace.config;

import java.util.Arrays;

/** A scalar of a job file; {@code offsets} says for each character of the value, and for its end, where it stands. */
final class ScalarText implements Text {
    private final String value;
    private final Span span;
    private final int[] offsets;
    private final boolean secret;

    ScalarText(String value, Span span, int[] offsets, boolean secret) {
        if (offsets.length != value.length() + 1) {
            throw new IllegalStateException(value.length() + " characters, but " + offsets.length + " offsets");
        }
        this.value = value;
        this.span = span;
        this.offsets = offsets;
        this.secret = secret;
    }

    /** A value that is not written there, such as a default: all of it stands at the span's start. */
    static ScalarText standingFor(String value, Span span) {
        int[] offsets = new int[value.length() + 1];
        Arrays.fill(offsets, span.start());
        return new ScalarText(value, span, offsets, false);
    }

    /** The same text as a secret. */
    ScalarText hidden() {
        return new ScalarText(value, span, offsets, true);
    }

    @Override
    public String value() {
        return value;
    }

    @Override
    public Position at() {
        return span.at();
    }

    @Override
    public Position at(int index) {
        return span.source().position(offset(index));
    }

    @Override
    public int length() {
        return span.length();
    }

    Span span() {
        return span;
    }

    int offset(int index) {
        return offsets[Math.min(Math.max(0, index), value.length())];
    }

    boolean secret() {
        return secret;
    }

    /** The value, unless it is a secret. */
    @Override
    public String toString() {
        return secret ? Secrets.HIDDEN : value;
    }
}
