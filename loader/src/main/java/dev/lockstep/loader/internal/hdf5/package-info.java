/**
 * HDF5, read by jHDF from verified bytes. jHDF knows the format; what it may be asked, how much it may read, and every byte of a tensor are
 * this package's business. No other package sees jHDF.
 */
package dev.lockstep.loader.internal.hdf5;
