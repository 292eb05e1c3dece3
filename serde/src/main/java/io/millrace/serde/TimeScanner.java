package io.millrace.serde;

/** Reads the parts of one ISO-8601 text from left to right. Small enough that the JIT keeps it off the heap. */
final class TimeScanner {
    private static final long DAY_MS = 86_400_000;
    /** So many days, with a time and an offset on top, are milliseconds that fit a long. */
    private static final long MAX_DAYS = Long.MAX_VALUE / DAY_MS - 2;

    private static final int MAX_YEAR_DIGITS = 9;
    private static final int MAX_FRACTION_DIGITS = 9;
    private static final int MAX_OFFSET_HOURS = 18;

    private final char[] text;
    private final int end;
    private int place;

    TimeScanner(char[] text, int offset, int length) {
        this.text = text;
        this.place = offset;
        this.end = offset + length;
    }

    int date() {
        long days = day();
        if (days != (int) days) {
            throw new IllegalArgumentException("the date is out of range");
        }
        return (int) days;
    }

    private long day() {
        long year = year();
        expect('-');
        int month = twoDigits(1, 12, "month");
        expect('-');
        int day = twoDigits(1, daysIn(year, month), "day");
        return TimeText.daysOf(year, month, day);
    }

    int time() {
        int hours = twoDigits(0, 23, "hour");
        expect(':');
        int minutes = twoDigits(0, 59, "minute");
        int ms = (hours * 60 + minutes) * 60_000;
        if (accept(':')) {
            ms += twoDigits(0, 59, "second") * 1000;
            if (accept('.') || accept(',')) {
                ms += fractionMs();
            }
        }
        return ms;
    }

    long dateTime() {
        long days = day();
        if (Math.abs(days) > MAX_DAYS) {
            throw new IllegalArgumentException("the date is out of range");
        }
        long ms = days * DAY_MS;
        if (place == end || text[place] == 'Z' || text[place] == 'z') {
            return ms;
        }
        if (!accept('T') && !accept(' ') && !accept('t')) {
            throw unexpected("T or a space");
        }
        return ms + time();
    }

    /** What stands after the time: nothing and Z are 0. */
    long zoneOffsetMs() {
        if (place == end || accept('Z') || accept('z')) {
            return 0;
        }
        boolean negative = accept('-');
        if (!negative) {
            expect('+');
        }
        int hours = twoDigits(0, MAX_OFFSET_HOURS, "offset");
        int minutes = 0;
        if (place < end) {
            accept(':');
            minutes = twoDigits(0, 59, "offset");
        }
        long ms = (hours * 60L + minutes) * 60_000;
        return negative ? -ms : ms;
    }

    void end() {
        if (place != end) {
            throw unexpected("the end");
        }
    }

    private long year() {
        boolean negative = accept('-');
        boolean signed = negative || accept('+');
        int start = place;
        long year = 0;
        while (place < end && isDigit(text[place])) {
            if (place - start == MAX_YEAR_DIGITS) {
                throw unexpected("a year of at most " + MAX_YEAR_DIGITS + " digits");
            }
            year = year * 10 + text[place++] - '0';
        }
        int digits = place - start;
        if (digits < 4 || (digits > 4 && !signed)) {
            throw unexpected("a year of 4 digits");
        }
        return negative ? -year : year;
    }

    private int twoDigits(int min, int max, String what) {
        if (place + 2 > end || !isDigit(text[place]) || !isDigit(text[place + 1])) {
            throw unexpected("two digits of the " + what);
        }
        int value = (text[place] - '0') * 10 + text[place + 1] - '0';
        if (value < min || value > max) {
            throw new IllegalArgumentException("the " + what + " is out of range");
        }
        place += 2;
        return value;
    }

    private int fractionMs() {
        int start = place;
        int ms = 0;
        int weight = 100;
        while (place < end && isDigit(text[place])) {
            if (place - start == MAX_FRACTION_DIGITS) {
                throw unexpected("at most " + MAX_FRACTION_DIGITS + " digits of a fraction");
            }
            ms += (text[place++] - '0') * weight;
            weight /= 10;
        }
        if (place == start) {
            throw unexpected("a fraction of a second");
        }
        return ms;
    }

    private boolean accept(char c) {
        if (place < end && text[place] == c) {
            place++;
            return true;
        }
        return false;
    }

    private void expect(char c) {
        if (!accept(c)) {
            throw unexpected("'" + c + "'");
        }
    }

    private IllegalArgumentException unexpected(String wanted) {
        return new IllegalArgumentException("expected " + wanted);
    }

    private static boolean isDigit(char c) {
        return c >= '0' && c <= '9';
    }

    private static int daysIn(long year, int month) {
        return switch (month) {
            case 2 -> (year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)) ? 29 : 28;
            case 4, 6, 9, 11 -> 30;
            default -> 31;
        };
    }
}
