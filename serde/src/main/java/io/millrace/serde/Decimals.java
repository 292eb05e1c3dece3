package io.millrace.serde;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;
import org.jspecify.annotations.Nullable;

/** Values of DECIMAL types. */
public final class Decimals {
    /** So many digits always fit a long. */
    static final int LONG_DIGITS = 18;

    private Decimals() {}

    /**
     * {@code value} as a value of {@code type}: digits past the scale are rounded half up, as SQL's CAST does; null if the
     * digits before the point do not fit. Cheap for any exponent, however hostile.
     */
    public static @Nullable BigDecimal fit(BigDecimal value, DataType.Decimal type) {
        if (value.scale() == type.scale()) {
            return fits(value, type) ? value : null;
        }
        if (value.signum() == 0) {
            return BigDecimal.valueOf(0, type.scale());
        }
        // setScale would compute 10^exponent: judge numbers that are much too big or too small without it.
        long integerDigits = (long) value.precision() - value.scale();
        if (integerDigits > type.precision() - type.scale()) {
            return null;
        }
        if (integerDigits < -type.scale()) {
            return BigDecimal.valueOf(0, type.scale());
        }
        BigDecimal rounded = value.setScale(type.scale(), RoundingMode.HALF_UP);
        return fits(rounded, type) ? rounded : null;
    }

    /** The value without its point, after checking that it is of the type. */
    static BigInteger unscaled(BigDecimal value, DataType.Decimal type) {
        BigDecimal exact = value;
        if (value.scale() != type.scale()) {
            @Nullable BigDecimal fitted = fit(value, type);
            if (fitted == null || fitted.compareTo(value) != 0) {
                throw tooLong(value, type);
            }
            exact = fitted;
        }
        if (!fits(exact, type)) {
            throw tooLong(value, type);
        }
        return exact.unscaledValue();
    }

    static BigDecimal checked(BigDecimal value, DataType.Decimal type) {
        if (!fits(value, type)) {
            throw new DecodeException(
                    "a decimal of " + value.precision() + " digits where " + type.sql() + " was written");
        }
        return value;
    }

    /** Whether a value of the type's own scale has no more digits than the type. */
    private static boolean fits(BigDecimal value, DataType.Decimal type) {
        return value.precision() <= type.precision();
    }

    private static EncodeException tooLong(BigDecimal value, DataType.Decimal type) {
        return new EncodeException("a decimal of " + value.precision() + " digits and scale " + value.scale()
                + " is no value of " + type.sql());
    }
}
