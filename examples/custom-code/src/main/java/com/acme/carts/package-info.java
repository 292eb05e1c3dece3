/** Custom code for the job {@code abandoned-carts}. */
package com.acme.carts;
