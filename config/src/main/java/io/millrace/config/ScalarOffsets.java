package io.millrace.config;

import java.util.Arrays;
import org.snakeyaml.engine.v2.common.ScalarStyle;

/**
 * Finds where each character of a scalar's value is written, by reading the file alongside the value: through quotes, escapes,
 * folded lines and block indentation.
 */
final class ScalarOffsets {
    private final String source;
    private final String value;
    private final int[] offsets;
    private final int end;
    private int from;
    private int to;

    private ScalarOffsets(String source, String value, int start, int end) {
        this.source = source;
        this.value = value;
        this.offsets = new int[value.length() + 1];
        this.from = start;
        this.end = end;
    }

    /** An array one longer than the value: the last entry is the value's end. */
    static int[] of(ScalarStyle style, String value, Span span) {
        String source = span.source().text();
        ScalarOffsets reader = new ScalarOffsets(source, value, span.start(), span.end());
        boolean fits = switch (style) {
            case SINGLE_QUOTED, DOUBLE_QUOTED -> reader.readFlow(style, 1);
            case LITERAL, FOLDED -> reader.readBlock();
            default -> reader.readFlow(style, 0);
        };
        if (!fits) {
            // Pointing at the scalar as a whole is still right, only coarse.
            Arrays.fill(reader.offsets, span.start());
        }
        return reader.offsets;
    }

    private boolean readFlow(ScalarStyle style, int quotes) {
        int last = end - quotes;
        from += quotes;
        while (from < last && to < value.length()) {
            char c = source.charAt(from);
            if (isSpace(c)) {
                readSpaces(last);
            } else if (style == ScalarStyle.DOUBLE_QUOTED && c == '\\') {
                readEscape(last);
            } else if (value.charAt(to) == c) {
                offsets[to++] = from++;
                from += style == ScalarStyle.SINGLE_QUOTED && c == '\'' ? 1 : 0;
            } else {
                return false;
            }
        }
        offsets[value.length()] = last;
        return to == value.length();
    }

    /** Spaces in a line stand for themselves; with one line break they are a space, with several all but one of the breaks. */
    private void readSpaces(int last) {
        int start = from;
        int breaks = 0;
        int firstBreak = 0;
        while (from < last && isSpace(source.charAt(from))) {
            if (isBreakAt(from)) {
                firstBreak = breaks == 0 ? from : firstBreak;
                breaks++;
            }
            from++;
        }
        if (breaks == 0) {
            for (int i = start; i < from && to < value.length(); i++) {
                offsets[to++] = i;
            }
            return;
        }
        for (int i = 0; i < Math.max(1, breaks - 1) && to < value.length(); i++) {
            offsets[to++] = firstBreak;
        }
    }

    private void readEscape(int last) {
        int start = from;
        char kind = from + 1 < last ? source.charAt(from + 1) : ' ';
        if (SourceText.isBreak(kind)) {
            from++;
            int breaks = 0;
            while (from < last && isSpace(source.charAt(from))) {
                breaks += isBreakAt(from) ? 1 : 0;
                from++;
            }
            for (int i = 1; i < breaks && to < value.length(); i++) {
                offsets[to++] = start;
            }
            return;
        }
        from += kind == 'x' ? 4 : kind == 'u' ? 6 : kind == 'U' ? 10 : 2;
        boolean pair = Character.isHighSurrogate(value.charAt(to)) && kind == 'U';
        offsets[to++] = start;
        if (pair && to < value.length()) {
            offsets[to++] = start;
        }
    }

    /** Lines of a block keep their text, whatever becomes of the breaks between them. */
    private boolean readBlock() {
        int indent = -1;
        from = nextLine(from);
        int lastEnd = from;
        while (from < end) {
            int lineEnd = lineEnd(from);
            int text = firstNonSpace(from, lineEnd);
            if (text < lineEnd) {
                indent = indent < 0 ? indentOf(text) : indent;
                int start = from + indent;
                int gap = whitespaceIn(value, to) - whitespaceIn(source.substring(start, lineEnd), 0);
                int target = to + gap;
                if (gap < 0 || !value.startsWith(source.substring(start, lineEnd), target)) {
                    return false;
                }
                Arrays.fill(offsets, to, target, lastEnd);
                for (int i = start; i < lineEnd; i++) {
                    offsets[target + i - start] = i;
                }
                to = target + lineEnd - start;
                lastEnd = lineEnd;
            }
            from = nextLine(from);
        }
        Arrays.fill(offsets, to, offsets.length, lastEnd);
        return true;
    }

    /** The block's indentation: the number in its header counts from the parent, so the first line's own is cut to what the value has. */
    private int indentOf(int text) {
        int leading = 0;
        int line = whitespaceIn(value, 0);
        for (int i = line - 1; i >= 0 && value.charAt(i) != '\n'; i--) {
            leading++;
        }
        return Math.max(0, text - from - leading);
    }

    private static int whitespaceIn(String text, int start) {
        int i = start;
        while (i < text.length() && isSpace(text.charAt(i))) {
            i++;
        }
        return i - start;
    }

    private int firstNonSpace(int start, int lineEnd) {
        int i = start;
        while (i < lineEnd && isSpace(source.charAt(i))) {
            i++;
        }
        return i;
    }

    private int lineEnd(int start) {
        int i = start;
        while (i < source.length() && !SourceText.isBreak(source.charAt(i))) {
            i++;
        }
        return i;
    }

    private int nextLine(int start) {
        int i = lineEnd(start);
        boolean crlf = i + 1 < source.length() && source.charAt(i) == '\r' && source.charAt(i + 1) == '\n';
        return Math.min(source.length(), i + (crlf ? 2 : 1));
    }

    /** A carriage return before a line feed is a part of that break. */
    private boolean isBreakAt(int offset) {
        char c = source.charAt(offset);
        boolean crlf = c == '\r' && offset + 1 < source.length() && source.charAt(offset + 1) == '\n';
        return SourceText.isBreak(c) && !crlf;
    }

    private static boolean isSpace(char c) {
        return c == ' ' || c == '\t' || SourceText.isBreak(c);
    }
}
