[New LWP 15316]
[New LWP 15317]
[New LWP 15318]
[Thread debugging using libthread_db enabled]
Using host libthread_db library "/lib/x86_64-linux-gnu/libthread_db.so.1".
0x00007fa6f179a545 in __GI___clock_nanosleep (clock_id=clock_id@entry=0, flags=flags@entry=0, req=req@entry=0x7fff33280ce0, rem=rem@entry=0x7fff33280ce0) at ../sysdeps/unix/sysv/linux/clock_nanosleep.c:48
48	../sysdeps/unix/sysv/linux/clock_nanosleep.c: No such file or directory.

Thread 4 (Thread 0x7fa6f06c56c0 (LWP 15318) "take"):
#0  [33mfutex_wait[m ([36mprivate[m=0, [36mexpected[m=2, [36mfutex_word[m=0x55eb63622060 <lock>) at [32m../sysdeps/nptl/futex-internal.h[m:146
#1  [33m__GI___lll_lock_wait[m ([36mfutex=futex@entry[m=0x55eb63622060 <lock>, [36mprivate[m=0) at [32m./nptl/lowlevellock.c[m:49
#2  [34m0x00007fa6f1757482[m in [33mlll_mutex_lock_optimized[m ([36mmutex[m=0x55eb63622060 <lock>) at [32m./nptl/pthread_mutex_lock.c[m:48
#3  [33m___pthread_mutex_lock[m ([36mmutex=mutex@entry[m=0x55eb63622060 <lock>) at [32m./nptl/pthread_mutex_lock.c[m:93
#4  [34m0x000055eb6361f168[m in [33mtake[m ([36mn[m=2) at [32mtake.c[m:4
#5  [34m0x000055eb6361f175[m in [33mshelve[m ([36mn[m=<optimized out>) at [32mtake.c[m:5
#6  [33mworker[m ([36mp[m=<optimized out>) at [32mtake.c[m:6
#7  [34m0x00007fa6f17541f5[m in [33mstart_thread[m ([36marg[m=<optimized out>) at [32m./nptl/pthread_create.c[m:442
#8  [34m0x00007fa6f17d48ec[m in [33mclone3[m () at [32m../sysdeps/unix/sysv/linux/x86_64/clone3.S[m:81

Thread 3 (Thread 0x7fa6f0ec66c0 (LWP 15317) "take"):
#0  [33mfutex_wait[m ([36mprivate[m=0, [36mexpected[m=2, [36mfutex_word[m=0x55eb63622060 <lock>) at [32m../sysdeps/nptl/futex-internal.h[m:146
#1  [33m__GI___lll_lock_wait[m ([36mfutex=futex@entry[m=0x55eb63622060 <lock>, [36mprivate[m=0) at [32m./nptl/lowlevellock.c[m:49
#2  [34m0x00007fa6f1757482[m in [33mlll_mutex_lock_optimized[m ([36mmutex[m=0x55eb63622060 <lock>) at [32m./nptl/pthread_mutex_lock.c[m:48
#3  [33m___pthread_mutex_lock[m ([36mmutex=mutex@entry[m=0x55eb63622060 <lock>) at [32m./nptl/pthread_mutex_lock.c[m:93
#4  [34m0x000055eb6361f168[m in [33mtake[m ([36mn[m=1) at [32mtake.c[m:4
#5  [34m0x000055eb6361f175[m in [33mshelve[m ([36mn[m=<optimized out>) at [32mtake.c[m:5
#6  [33mworker[m ([36mp[m=<optimized out>) at [32mtake.c[m:6
#7  [34m0x00007fa6f17541f5[m in [33mstart_thread[m ([36marg[m=<optimized out>) at [32m./nptl/pthread_create.c[m:442
#8  [34m0x00007fa6f17d48ec[m in [33mclone3[m () at [32m../sysdeps/unix/sysv/linux/x86_64/clone3.S[m:81

Thread 2 (Thread 0x7fa6f16c76c0 (LWP 15316) "take"):
#0  [33mfutex_wait[m ([36mprivate[m=0, [36mexpected[m=2, [36mfutex_word[m=0x55eb63622060 <lock>) at [32m../sysdeps/nptl/futex-internal.h[m:146
#1  [33m__GI___lll_lock_wait[m ([36mfutex=futex@entry[m=0x55eb63622060 <lock>, [36mprivate[m=0) at [32m./nptl/lowlevellock.c[m:49
#2  [34m0x00007fa6f1757482[m in [33mlll_mutex_lock_optimized[m ([36mmutex[m=0x55eb63622060 <lock>) at [32m./nptl/pthread_mutex_lock.c[m:48
#3  [33m___pthread_mutex_lock[m ([36mmutex=mutex@entry[m=0x55eb63622060 <lock>) at [32m./nptl/pthread_mutex_lock.c[m:93
#4  [34m0x000055eb6361f168[m in [33mtake[m ([36mn[m=0) at [32mtake.c[m:4
#5  [34m0x000055eb6361f175[m in [33mshelve[m ([36mn[m=<optimized out>) at [32mtake.c[m:5
#6  [33mworker[m ([36mp[m=<optimized out>) at [32mtake.c[m:6
#7  [34m0x00007fa6f17541f5[m in [33mstart_thread[m ([36marg[m=<optimized out>) at [32m./nptl/pthread_create.c[m:442
#8  [34m0x00007fa6f17d48ec[m in [33mclone3[m () at [32m../sysdeps/unix/sysv/linux/x86_64/clone3.S[m:81

Thread 1 (Thread 0x7fa6f16c8740 (LWP 15314) "take"):
#0  [34m0x00007fa6f179a545[m in [33m__GI___clock_nanosleep[m ([36mclock_id=clock_id@entry[m=0, [36mflags=flags@entry[m=0, [36mreq=req@entry[m=0x7fff33280ce0, [36mrem=rem@entry[m=0x7fff33280ce0) at [32m../sysdeps/unix/sysv/linux/clock_nanosleep.c[m:48
#1  [34m0x00007fa6f179ee53[m in [33m__GI___nanosleep[m ([36mreq=req@entry[m=0x7fff33280ce0, [36mrem=rem@entry[m=0x7fff33280ce0) at [32m../sysdeps/unix/sysv/linux/nanosleep.c[m:25
#2  [34m0x00007fa6f179ed8a[m in [33m__sleep[m ([36mseconds[m=0, [36mseconds@entry[m=100) at [32m../sysdeps/posix/sleep.c[m:55
#3  [34m0x000055eb6361f1c6[m in [33mmain[m () at [32mtake.c[m:11
[Inferior 1 (process 15314) detached]
