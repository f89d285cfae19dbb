[New LWP 29211]
[New LWP 29212]
[New LWP 29213]
[New LWP 29214]
[New LWP 29215]
[New LWP 29216]
[New LWP 29217]
[New LWP 29218]
[New LWP 29219]
[New LWP 29220]
[New LWP 29221]
[New LWP 29222]
[New LWP 29223]
[Thread debugging using libthread_db enabled]
Using host libthread_db library "/lib/x86_64-linux-gnu/libthread_db.so.1".
0x00007fcb6fb162ec in __GI___libc_read (...) at ../sysdeps/unix/sysv/linux/read.c:26

Thread 14 (Thread 0x7fcb69a116c0 (LWP 29223) "till-1"):
#0  0x00007fcb6faa412b in futex_wait (...) at ../sysdeps/nptl/futex-internal.h:146
#1  0x00007fcb6faa412b in __GI___lll_lock_wait (...) at ./nptl/lowlevellock.c:49
#2  0x00007fcb6faaa482 in lll_mutex_lock_optimized (...) at ./nptl/pthread_mutex_lock.c:48
#3  0x00007fcb6faaa482 in ___pthread_mutex_lock (...) at ./nptl/pthread_mutex_lock.c:93
#4  0x00005574762ebbd1 in __gthread_mutex_lock (...) at /usr/include/x86_64-linux-gnu/c++/12/bits/gthr-default.h:749
#5  0x00005574762ebf6a in std::mutex::lock (...) at /usr/include/c++/12/bits/std_mutex.h:100
#6  0x00005574762ed1da in std::lock_guard<std::mutex>::lock_guard (...) at /usr/include/c++/12/bits/std_mutex.h:229
#7  0x00005574762ea691 in shop::lock_till () at ../../tests/programs/threads.cpp:78
#8  0x00005574762f1769 in std::__invoke_impl<void, void (*)()> (...) at /usr/include/c++/12/bits/invoke.h:61
#9  0x00005574762f1721 in std::__invoke<void (*)()> (...) at /usr/include/c++/12/bits/invoke.h:96
#10 0x00005574762f16ce in std::thread::_Invoker<std::tuple<void (*)()> >::_M_invoke<0ul> (...) at /usr/include/c++/12/bits/std_thread.h:252
#11 0x00005574762f16a2 in std::thread::_Invoker<std::tuple<void (*)()> >::operator() (...) at /usr/include/c++/12/bits/std_thread.h:259
#12 0x00005574762f1686 in std::thread::_State_impl<std::thread::_Invoker<std::tuple<void (*)()> > >::_M_run (...) at /usr/include/c++/12/bits/std_thread.h:210
#13 0x00007fcb6fcd44a3 in ?? () from /lib/x86_64-linux-gnu/libstdc++.so.6
#14 0x00007fcb6faa71f5 in start_thread (...) at ./nptl/pthread_create.c:442
#15 0x00007fcb6fb278ec in clone3 () at ../sysdeps/unix/sysv/linux/x86_64/clone3.S:81

Thread 13 (Thread 0x7fcb6a2126c0 (LWP 29222) "till-0"):
#0  0x00007fcb6faa412b in futex_wait (...) at ../sysdeps/nptl/futex-internal.h:146
#1  0x00007fcb6faa412b in __GI___lll_lock_wait (...) at ./nptl/lowlevellock.c:49
#2  0x00007fcb6faaa482 in lll_mutex_lock_optimized (...) at ./nptl/pthread_mutex_lock.c:48
#3  0x00007fcb6faaa482 in ___pthread_mutex_lock (...) at ./nptl/pthread_mutex_lock.c:93
#4  0x00005574762ebbd1 in __gthread_mutex_lock (...) at /usr/include/x86_64-linux-gnu/c++/12/bits/gthr-default.h:749
#5  0x00005574762ebf6a in std::mutex::lock (...) at /usr/include/c++/12/bits/std_mutex.h:100
#6  0x00005574762ed1da in std::lock_guard<std::mutex>::lock_guard (...) at /usr/include/c++/12/bits/std_mutex.h:229
#7  0x00005574762ea691 in shop::lock_till () at ../../tests/programs/threads.cpp:78
#8  0x00005574762f1769 in std::__invoke_impl<void, void (*)()> (...) at /usr/include/c++/12/bits/invoke.h:61
#9  0x00005574762f1721 in std::__invoke<void (*)()> (...) at /usr/include/c++/12/bits/invoke.h:96
#10 0x00005574762f16ce in std::thread::_Invoker<std::tuple<void (*)()> >::_M_invoke<0ul> (...) at /usr/include/c++/12/bits/std_thread.h:252
#11 0x00005574762f16a2 in std::thread::_Invoker<std::tuple<void (*)()> >::operator() (...) at /usr/include/c++/12/bits/std_thread.h:259
#12 0x00005574762f1686 in std::thread::_State_impl<std::thread::_Invoker<std::tuple<void (*)()> > >::_M_run (...) at /usr/include/c++/12/bits/std_thread.h:210
#13 0x00007fcb6fcd44a3 in ?? () from /lib/x86_64-linux-gnu/libstdc++.so.6
#14 0x00007fcb6faa71f5 in start_thread (...) at ./nptl/pthread_create.c:442
#15 0x00007fcb6fb278ec in clone3 () at ../sysdeps/unix/sysv/linux/x86_64/clone3.S:81

Thread 12 (Thread 0x7fcb6aa136c0 (LWP 29221) "opening-1"):
#0  0x00007fcb6faed545 in __GI___clock_nanosleep (...) at ../sysdeps/unix/sysv/linux/clock_nanosleep.c:48
#1  0x00007fcb6faf1e53 in __GI___nanosleep (...) at ../sysdeps/unix/sysv/linux/nanosleep.c:25
#2  0x00005574762ed750 in std::this_thread::sleep_for<long, std::ratio<3600l, 1l> > (...) at /usr/include/c++/12/bits/this_thread_sleep.h:80
#3  0x00005574762ea662 in shop::sleep_until_opening () at ../../tests/programs/threads.cpp:74
#4  0x00005574762f1769 in std::__invoke_impl<void, void (*)()> (...) at /usr/include/c++/12/bits/invoke.h:61
#5  0x00005574762f1721 in std::__invoke<void (*)()> (...) at /usr/include/c++/12/bits/invoke.h:96
#6  0x00005574762f16ce in std::thread::_Invoker<std::tuple<void (*)()> >::_M_invoke<0ul> (...) at /usr/include/c++/12/bits/std_thread.h:252
#7  0x00005574762f16a2 in std::thread::_Invoker<std::tuple<void (*)()> >::operator() (...) at /usr/include/c++/12/bits/std_thread.h:259
#8  0x00005574762f1686 in std::thread::_State_impl<std::thread::_Invoker<std::tuple<void (*)()> > >::_M_run (...) at /usr/include/c++/12/bits/std_thread.h:210
#9  0x00007fcb6fcd44a3 in ?? () from /lib/x86_64-linux-gnu/libstdc++.so.6
#10 0x00007fcb6faa71f5 in start_thread (...) at ./nptl/pthread_create.c:442
#11 0x00007fcb6fb278ec in clone3 () at ../sysdeps/unix/sysv/linux/x86_64/clone3.S:81

Thread 11 (Thread 0x7fcb6b2146c0 (LWP 29220) "opening-0"):
#0  0x00007fcb6faed545 in __GI___clock_nanosleep (...) at ../sysdeps/unix/sysv/linux/clock_nanosleep.c:48
#1  0x00007fcb6faf1e53 in __GI___nanosleep (...) at ../sysdeps/unix/sysv/linux/nanosleep.c:25
#2  0x00005574762ed750 in std::this_thread::sleep_for<long, std::ratio<3600l, 1l> > (...) at /usr/include/c++/12/bits/this_thread_sleep.h:80
#3  0x00005574762ea662 in shop::sleep_until_opening () at ../../tests/programs/threads.cpp:74
#4  0x00005574762f1769 in std::__invoke_impl<void, void (*)()> (...) at /usr/include/c++/12/bits/invoke.h:61
#5  0x00005574762f1721 in std::__invoke<void (*)()> (...) at /usr/include/c++/12/bits/invoke.h:96
#6  0x00005574762f16ce in std::thread::_Invoker<std::tuple<void (*)()> >::_M_invoke<0ul> (...) at /usr/include/c++/12/bits/std_thread.h:252
#7  0x00005574762f16a2 in std::thread::_Invoker<std::tuple<void (*)()> >::operator() (...) at /usr/include/c++/12/bits/std_thread.h:259
#8  0x00005574762f1686 in std::thread::_State_impl<std::thread::_Invoker<std::tuple<void (*)()> > >::_M_run (...) at /usr/include/c++/12/bits/std_thread.h:210
#9  0x00007fcb6fcd44a3 in ?? () from /lib/x86_64-linux-gnu/libstdc++.so.6
#10 0x00007fcb6faa71f5 in start_thread (...) at ./nptl/pthread_create.c:442
#11 0x00007fcb6fb278ec in clone3 () at ../sysdeps/unix/sysv/linux/x86_64/clone3.S:81

Thread 10 (Thread 0x7fcb6ba156c0 (LWP 29219) "scanner-1"):
#0  0x00007fcb6fb1a26f in __GI___poll (...) at ../sysdeps/unix/sysv/linux/poll.c:29
#1  0x00005574762ea618 in shop::poll_scanner () at ../../tests/programs/threads.cpp:70
#2  0x00005574762f1769 in std::__invoke_impl<void, void (*)()> (...) at /usr/include/c++/12/bits/invoke.h:61
#3  0x00005574762f1721 in std::__invoke<void (*)()> (...) at /usr/include/c++/12/bits/invoke.h:96
#4  0x00005574762f16ce in std::thread::_Invoker<std::tuple<void (*)()> >::_M_invoke<0ul> (...) at /usr/include/c++/12/bits/std_thread.h:252
#5  0x00005574762f16a2 in std::thread::_Invoker<std::tuple<void (*)()> >::operator() (...) at /usr/include/c++/12/bits/std_thread.h:259
#6  0x00005574762f1686 in std::thread::_State_impl<std::thread::_Invoker<std::tuple<void (*)()> > >::_M_run (...) at /usr/include/c++/12/bits/std_thread.h:210
#7  0x00007fcb6fcd44a3 in ?? () from /lib/x86_64-linux-gnu/libstdc++.so.6
#8  0x00007fcb6faa71f5 in start_thread (...) at ./nptl/pthread_create.c:442
#9  0x00007fcb6fb278ec in clone3 () at ../sysdeps/unix/sysv/linux/x86_64/clone3.S:81

Thread 9 (Thread 0x7fcb6c2166c0 (LWP 29218) "scanner-0"):
#0  0x00007fcb6fb1a26f in __GI___poll (...) at ../sysdeps/unix/sysv/linux/poll.c:29
#1  0x00005574762ea618 in shop::poll_scanner () at ../../tests/programs/threads.cpp:70
#2  0x00005574762f1769 in std::__invoke_impl<void, void (*)()> (...) at /usr/include/c++/12/bits/invoke.h:61
#3  0x00005574762f1721 in std::__invoke<void (*)()> (...) at /usr/include/c++/12/bits/invoke.h:96
#4  0x00005574762f16ce in std::thread::_Invoker<std::tuple<void (*)()> >::_M_invoke<0ul> (...) at /usr/include/c++/12/bits/std_thread.h:252
#5  0x00005574762f16a2 in std::thread::_Invoker<std::tuple<void (*)()> >::operator() (...) at /usr/include/c++/12/bits/std_thread.h:259
#6  0x00005574762f1686 in std::thread::_State_impl<std::thread::_Invoker<std::tuple<void (*)()> > >::_M_run (...) at /usr/include/c++/12/bits/std_thread.h:210
#7  0x00007fcb6fcd44a3 in ?? () from /lib/x86_64-linux-gnu/libstdc++.so.6
#8  0x00007fcb6faa71f5 in start_thread (...) at ./nptl/pthread_create.c:442
#9  0x00007fcb6fb278ec in clone3 () at ../sysdeps/unix/sysv/linux/x86_64/clone3.S:81

Thread 8 (Thread 0x7fcb6ca176c0 (LWP 29217) "order-1"):
#0  0x00007fcb6fb162ec in __GI___libc_read (...) at ../sysdeps/unix/sysv/linux/read.c:26
#1  0x00007fcb6fb162ec in __GI___libc_read (...) at ../sysdeps/unix/sysv/linux/read.c:24
#2  0x00005574762ea5e0 in shop::read_order () at ../../tests/programs/threads.cpp:66
#3  0x00005574762f1769 in std::__invoke_impl<void, void (*)()> (...) at /usr/include/c++/12/bits/invoke.h:61
#4  0x00005574762f1721 in std::__invoke<void (*)()> (...) at /usr/include/c++/12/bits/invoke.h:96
#5  0x00005574762f16ce in std::thread::_Invoker<std::tuple<void (*)()> >::_M_invoke<0ul> (...) at /usr/include/c++/12/bits/std_thread.h:252
#6  0x00005574762f16a2 in std::thread::_Invoker<std::tuple<void (*)()> >::operator() (...) at /usr/include/c++/12/bits/std_thread.h:259
#7  0x00005574762f1686 in std::thread::_State_impl<std::thread::_Invoker<std::tuple<void (*)()> > >::_M_run (...) at /usr/include/c++/12/bits/std_thread.h:210
#8  0x00007fcb6fcd44a3 in ?? () from /lib/x86_64-linux-gnu/libstdc++.so.6
#9  0x00007fcb6faa71f5 in start_thread (...) at ./nptl/pthread_create.c:442
#10 0x00007fcb6fb278ec in clone3 () at ../sysdeps/unix/sysv/linux/x86_64/clone3.S:81

Thread 7 (Thread 0x7fcb6d2186c0 (LWP 29216) "order-0"):
#0  0x00007fcb6fb162ec in __GI___libc_read (...) at ../sysdeps/unix/sysv/linux/read.c:26
#1  0x00007fcb6fb162ec in __GI___libc_read (...) at ../sysdeps/unix/sysv/linux/read.c:24
#2  0x00005574762ea5e0 in shop::read_order () at ../../tests/programs/threads.cpp:66
#3  0x00005574762f1769 in std::__invoke_impl<void, void (*)()> (...) at /usr/include/c++/12/bits/invoke.h:61
#4  0x00005574762f1721 in std::__invoke<void (*)()> (...) at /usr/include/c++/12/bits/invoke.h:96
#5  0x00005574762f16ce in std::thread::_Invoker<std::tuple<void (*)()> >::_M_invoke<0ul> (...) at /usr/include/c++/12/bits/std_thread.h:252
#6  0x00005574762f16a2 in std::thread::_Invoker<std::tuple<void (*)()> >::operator() (...) at /usr/include/c++/12/bits/std_thread.h:259
#7  0x00005574762f1686 in std::thread::_State_impl<std::thread::_Invoker<std::tuple<void (*)()> > >::_M_run (...) at /usr/include/c++/12/bits/std_thread.h:210
#8  0x00007fcb6fcd44a3 in ?? () from /lib/x86_64-linux-gnu/libstdc++.so.6
#9  0x00007fcb6faa71f5 in start_thread (...) at ./nptl/pthread_create.c:442
#10 0x00007fcb6fb278ec in clone3 () at ../sysdeps/unix/sysv/linux/x86_64/clone3.S:81

Thread 6 (Thread 0x7fcb6da196c0 (LWP 29215) "price-4"):
#0  0x00007fcb6faa3f16 in __futex_abstimed_wait_common64 (...) at ./nptl/futex-internal.c:57
#1  0x00007fcb6faa3f16 in __futex_abstimed_wait_common (...) at ./nptl/futex-internal.c:87
#2  0x00007fcb6faa3f7b in __GI___futex_abstimed_wait_cancelable64 (...) at ./nptl/futex-internal.c:139
#3  0x00007fcb6faa65d8 in __pthread_cond_wait_common (...) at ./nptl/pthread_cond_wait.c:503
#4  0x00007fcb6faa65d8 in ___pthread_cond_wait (...) at ./nptl/pthread_cond_wait.c:618
#5  0x00005574762eebcb in std::condition_variable::wait<shop::Queue<std::__cxx11::basic_string<char, std::char_traits<char>, std::allocator<char> > >::pop()::{lambda()#1}>(std::unique_lock<std::mutex>&, shop::Queue<std::__cxx11::basic_string<char, std::char_traits<char>, std::allocator<char> > >::pop()::{lambda()#1}) (...) at /usr/include/c++/12/condition_variable:102
#6  0x00005574762ed629 in shop::Queue<std::__cxx11::basic_string<char, std::char_traits<char>, std::allocator<char> > >::pop (...) at ../../tests/programs/threads.cpp:35
#7  0x00005574762ea582 in shop::wait_for_result () at ../../tests/programs/threads.cpp:56
#8  0x00005574762ea5a7 in shop::collect_prices (...) at ../../tests/programs/threads.cpp:60
#9  0x00005574762eabc6 in operator() (...) at ../../tests/programs/threads.cpp:149
#10 0x00005574762ebb12 in std::__invoke_impl<void, main(int, char**)::<lambda()> >(std::__invoke_other, struct {...} &&) (...) at /usr/include/c++/12/bits/invoke.h:61
#11 0x00005574762ebac7 in std::__invoke<main(int, char**)::<lambda()> >(struct {...} &&) (...) at /usr/include/c++/12/bits/invoke.h:96
#12 0x00005574762eba74 in std::thread::_Invoker<std::tuple<main(int, char**)::<lambda()> > >::_M_invoke<0>(std::_Index_tuple<0>) (...) at /usr/include/c++/12/bits/std_thread.h:252
#13 0x00005574762eba48 in std::thread::_Invoker<std::tuple<main(int, char**)::<lambda()> > >::operator()(void) (...) at /usr/include/c++/12/bits/std_thread.h:259
#14 0x00005574762eba2c in std::thread::_State_impl<std::thread::_Invoker<std::tuple<main(int, char**)::<lambda()> > > >::_M_run(void) (...) at /usr/include/c++/12/bits/std_thread.h:210
#15 0x00007fcb6fcd44a3 in ?? () from /lib/x86_64-linux-gnu/libstdc++.so.6
#16 0x00007fcb6faa71f5 in start_thread (...) at ./nptl/pthread_create.c:442
#17 0x00007fcb6fb278ec in clone3 () at ../sysdeps/unix/sysv/linux/x86_64/clone3.S:81

Thread 5 (Thread 0x7fcb6e21a6c0 (LWP 29214) "price-3"):
#0  0x00007fcb6faa3f16 in __futex_abstimed_wait_common64 (...) at ./nptl/futex-internal.c:57
#1  0x00007fcb6faa3f16 in __futex_abstimed_wait_common (...) at ./nptl/futex-internal.c:87
#2  0x00007fcb6faa3f7b in __GI___futex_abstimed_wait_cancelable64 (...) at ./nptl/futex-internal.c:139
#3  0x00007fcb6faa65d8 in __pthread_cond_wait_common (...) at ./nptl/pthread_cond_wait.c:503
#4  0x00007fcb6faa65d8 in ___pthread_cond_wait (...) at ./nptl/pthread_cond_wait.c:618
#5  0x00005574762eebcb in std::condition_variable::wait<shop::Queue<std::__cxx11::basic_string<char, std::char_traits<char>, std::allocator<char> > >::pop()::{lambda()#1}>(std::unique_lock<std::mutex>&, shop::Queue<std::__cxx11::basic_string<char, std::char_traits<char>, std::allocator<char> > >::pop()::{lambda()#1}) (...) at /usr/include/c++/12/condition_variable:102
#6  0x00005574762ed629 in shop::Queue<std::__cxx11::basic_string<char, std::char_traits<char>, std::allocator<char> > >::pop (...) at ../../tests/programs/threads.cpp:35
#7  0x00005574762ea582 in shop::wait_for_result () at ../../tests/programs/threads.cpp:56
#8  0x00005574762ea5a7 in shop::collect_prices (...) at ../../tests/programs/threads.cpp:60
#9  0x00005574762eabc6 in operator() (...) at ../../tests/programs/threads.cpp:149
#10 0x00005574762ebb12 in std::__invoke_impl<void, main(int, char**)::<lambda()> >(std::__invoke_other, struct {...} &&) (...) at /usr/include/c++/12/bits/invoke.h:61
#11 0x00005574762ebac7 in std::__invoke<main(int, char**)::<lambda()> >(struct {...} &&) (...) at /usr/include/c++/12/bits/invoke.h:96
#12 0x00005574762eba74 in std::thread::_Invoker<std::tuple<main(int, char**)::<lambda()> > >::_M_invoke<0>(std::_Index_tuple<0>) (...) at /usr/include/c++/12/bits/std_thread.h:252
#13 0x00005574762eba48 in std::thread::_Invoker<std::tuple<main(int, char**)::<lambda()> > >::operator()(void) (...) at /usr/include/c++/12/bits/std_thread.h:259
#14 0x00005574762eba2c in std::thread::_State_impl<std::thread::_Invoker<std::tuple<main(int, char**)::<lambda()> > > >::_M_run(void) (...) at /usr/include/c++/12/bits/std_thread.h:210
#15 0x00007fcb6fcd44a3 in ?? () from /lib/x86_64-linux-gnu/libstdc++.so.6
#16 0x00007fcb6faa71f5 in start_thread (...) at ./nptl/pthread_create.c:442
#17 0x00007fcb6fb278ec in clone3 () at ../sysdeps/unix/sysv/linux/x86_64/clone3.S:81

Thread 4 (Thread 0x7fcb6ea1b6c0 (LWP 29213) "price-2"):
#0  0x00007fcb6faa3f16 in __futex_abstimed_wait_common64 (...) at ./nptl/futex-internal.c:57
#1  0x00007fcb6faa3f16 in __futex_abstimed_wait_common (...) at ./nptl/futex-internal.c:87
#2  0x00007fcb6faa3f7b in __GI___futex_abstimed_wait_cancelable64 (...) at ./nptl/futex-internal.c:139
#3  0x00007fcb6faa65d8 in __pthread_cond_wait_common (...) at ./nptl/pthread_cond_wait.c:503
#4  0x00007fcb6faa65d8 in ___pthread_cond_wait (...) at ./nptl/pthread_cond_wait.c:618
#5  0x00005574762eebcb in std::condition_variable::wait<shop::Queue<std::__cxx11::basic_string<char, std::char_traits<char>, std::allocator<char> > >::pop()::{lambda()#1}>(std::unique_lock<std::mutex>&, shop::Queue<std::__cxx11::basic_string<char, std::char_traits<char>, std::allocator<char> > >::pop()::{lambda()#1}) (...) at /usr/include/c++/12/condition_variable:102
#6  0x00005574762ed629 in shop::Queue<std::__cxx11::basic_string<char, std::char_traits<char>, std::allocator<char> > >::pop (...) at ../../tests/programs/threads.cpp:35
#7  0x00005574762ea582 in shop::wait_for_result () at ../../tests/programs/threads.cpp:56
#8  0x00005574762ea5a7 in shop::collect_prices (...) at ../../tests/programs/threads.cpp:60
#9  0x00005574762eabc6 in operator() (...) at ../../tests/programs/threads.cpp:149
#10 0x00005574762ebb12 in std::__invoke_impl<void, main(int, char**)::<lambda()> >(std::__invoke_other, struct {...} &&) (...) at /usr/include/c++/12/bits/invoke.h:61
#11 0x00005574762ebac7 in std::__invoke<main(int, char**)::<lambda()> >(struct {...} &&) (...) at /usr/include/c++/12/bits/invoke.h:96
#12 0x00005574762eba74 in std::thread::_Invoker<std::tuple<main(int, char**)::<lambda()> > >::_M_invoke<0>(std::_Index_tuple<0>) (...) at /usr/include/c++/12/bits/std_thread.h:252
#13 0x00005574762eba48 in std::thread::_Invoker<std::tuple<main(int, char**)::<lambda()> > >::operator()(void) (...) at /usr/include/c++/12/bits/std_thread.h:259
#14 0x00005574762eba2c in std::thread::_State_impl<std::thread::_Invoker<std::tuple<main(int, char**)::<lambda()> > > >::_M_run(void) (...) at /usr/include/c++/12/bits/std_thread.h:210
#15 0x00007fcb6fcd44a3 in ?? () from /lib/x86_64-linux-gnu/libstdc++.so.6
#16 0x00007fcb6faa71f5 in start_thread (...) at ./nptl/pthread_create.c:442
#17 0x00007fcb6fb278ec in clone3 () at ../sysdeps/unix/sysv/linux/x86_64/clone3.S:81

Thread 3 (Thread 0x7fcb6f21c6c0 (LWP 29212) "price-1"):
#0  0x00007fcb6faa3f16 in __futex_abstimed_wait_common64 (...) at ./nptl/futex-internal.c:57
#1  0x00007fcb6faa3f16 in __futex_abstimed_wait_common (...) at ./nptl/futex-internal.c:87
#2  0x00007fcb6faa3f7b in __GI___futex_abstimed_wait_cancelable64 (...) at ./nptl/futex-internal.c:139
#3  0x00007fcb6faa65d8 in __pthread_cond_wait_common (...) at ./nptl/pthread_cond_wait.c:503
#4  0x00007fcb6faa65d8 in ___pthread_cond_wait (...) at ./nptl/pthread_cond_wait.c:618
#5  0x00005574762eebcb in std::condition_variable::wait<shop::Queue<std::__cxx11::basic_string<char, std::char_traits<char>, std::allocator<char> > >::pop()::{lambda()#1}>(std::unique_lock<std::mutex>&, shop::Queue<std::__cxx11::basic_string<char, std::char_traits<char>, std::allocator<char> > >::pop()::{lambda()#1}) (...) at /usr/include/c++/12/condition_variable:102
#6  0x00005574762ed629 in shop::Queue<std::__cxx11::basic_string<char, std::char_traits<char>, std::allocator<char> > >::pop (...) at ../../tests/programs/threads.cpp:35
#7  0x00005574762ea582 in shop::wait_for_result () at ../../tests/programs/threads.cpp:56
#8  0x00005574762ea5a7 in shop::collect_prices (...) at ../../tests/programs/threads.cpp:60
#9  0x00005574762eabc6 in operator() (...) at ../../tests/programs/threads.cpp:149
#10 0x00005574762ebb12 in std::__invoke_impl<void, main(int, char**)::<lambda()> >(std::__invoke_other, struct {...} &&) (...) at /usr/include/c++/12/bits/invoke.h:61
#11 0x00005574762ebac7 in std::__invoke<main(int, char**)::<lambda()> >(struct {...} &&) (...) at /usr/include/c++/12/bits/invoke.h:96
#12 0x00005574762eba74 in std::thread::_Invoker<std::tuple<main(int, char**)::<lambda()> > >::_M_invoke<0>(std::_Index_tuple<0>) (...) at /usr/include/c++/12/bits/std_thread.h:252
#13 0x00005574762eba48 in std::thread::_Invoker<std::tuple<main(int, char**)::<lambda()> > >::operator()(void) (...) at /usr/include/c++/12/bits/std_thread.h:259
#14 0x00005574762eba2c in std::thread::_State_impl<std::thread::_Invoker<std::tuple<main(int, char**)::<lambda()> > > >::_M_run(void) (...) at /usr/include/c++/12/bits/std_thread.h:210
#15 0x00007fcb6fcd44a3 in ?? () from /lib/x86_64-linux-gnu/libstdc++.so.6
#16 0x00007fcb6faa71f5 in start_thread (...) at ./nptl/pthread_create.c:442
#17 0x00007fcb6fb278ec in clone3 () at ../sysdeps/unix/sysv/linux/x86_64/clone3.S:81

Thread 2 (Thread 0x7fcb6fa1d6c0 (LWP 29211) "price-0"):
#0  0x00007fcb6faa3f16 in __futex_abstimed_wait_common64 (...) at ./nptl/futex-internal.c:57
#1  0x00007fcb6faa3f16 in __futex_abstimed_wait_common (...) at ./nptl/futex-internal.c:87
#2  0x00007fcb6faa3f7b in __GI___futex_abstimed_wait_cancelable64 (...) at ./nptl/futex-internal.c:139
#3  0x00007fcb6faa65d8 in __pthread_cond_wait_common (...) at ./nptl/pthread_cond_wait.c:503
#4  0x00007fcb6faa65d8 in ___pthread_cond_wait (...) at ./nptl/pthread_cond_wait.c:618
#5  0x00005574762eebcb in std::condition_variable::wait<shop::Queue<std::__cxx11::basic_string<char, std::char_traits<char>, std::allocator<char> > >::pop()::{lambda()#1}>(std::unique_lock<std::mutex>&, shop::Queue<std::__cxx11::basic_string<char, std::char_traits<char>, std::allocator<char> > >::pop()::{lambda()#1}) (...) at /usr/include/c++/12/condition_variable:102
#6  0x00005574762ed629 in shop::Queue<std::__cxx11::basic_string<char, std::char_traits<char>, std::allocator<char> > >::pop (...) at ../../tests/programs/threads.cpp:35
#7  0x00005574762ea582 in shop::wait_for_result () at ../../tests/programs/threads.cpp:56
#8  0x00005574762ea5a7 in shop::collect_prices (...) at ../../tests/programs/threads.cpp:60
#9  0x00005574762eabc6 in operator() (...) at ../../tests/programs/threads.cpp:149
#10 0x00005574762ebb12 in std::__invoke_impl<void, main(int, char**)::<lambda()> >(std::__invoke_other, struct {...} &&) (...) at /usr/include/c++/12/bits/invoke.h:61
#11 0x00005574762ebac7 in std::__invoke<main(int, char**)::<lambda()> >(struct {...} &&) (...) at /usr/include/c++/12/bits/invoke.h:96
#12 0x00005574762eba74 in std::thread::_Invoker<std::tuple<main(int, char**)::<lambda()> > >::_M_invoke<0>(std::_Index_tuple<0>) (...) at /usr/include/c++/12/bits/std_thread.h:252
#13 0x00005574762eba48 in std::thread::_Invoker<std::tuple<main(int, char**)::<lambda()> > >::operator()(void) (...) at /usr/include/c++/12/bits/std_thread.h:259
#14 0x00005574762eba2c in std::thread::_State_impl<std::thread::_Invoker<std::tuple<main(int, char**)::<lambda()> > > >::_M_run(void) (...) at /usr/include/c++/12/bits/std_thread.h:210
#15 0x00007fcb6fcd44a3 in ?? () from /lib/x86_64-linux-gnu/libstdc++.so.6
#16 0x00007fcb6faa71f5 in start_thread (...) at ./nptl/pthread_create.c:442
#17 0x00007fcb6fb278ec in clone3 () at ../sysdeps/unix/sysv/linux/x86_64/clone3.S:81

Thread 1 (Thread 0x7fcb6fec2740 (LWP 29210) "threads"):
#0  0x00007fcb6fb162ec in __GI___libc_read (...) at ../sysdeps/unix/sysv/linux/read.c:26
#1  0x00007fcb6fb162ec in __GI___libc_read (...) at ../sysdeps/unix/sysv/linux/read.c:24
#2  0x00007fcb6faa016e in _IO_new_file_underflow (...) at ./libio/libioP.h:947
#3  0x00007fcb6faa1152 in __GI__IO_default_uflow (...) at ./libio/libioP.h:947
#4  0x00007fcb6fa9bdb0 in _IO_getc (...) at ./libio/getc.c:40
#5  0x00007fcb6fd08601 in __gnu_cxx::stdio_sync_filebuf<char, std::char_traits<char> >::underflow() () from /lib/x86_64-linux-gnu/libstdc++.so.6
#6  0x00007fcb6fd163b6 in std::basic_istream<char, std::char_traits<char> >::sentry::sentry(std::basic_istream<char, std::char_traits<char> >&, bool) () from /lib/x86_64-linux-gnu/libstdc++.so.6
#7  0x00007fcb6fcc1857 in std::basic_istream<char, std::char_traits<char> >& std::operator>><char, std::char_traits<char>, std::allocator<char> >(std::basic_istream<char, std::char_traits<char> >&, std::__cxx11::basic_string<char, std::char_traits<char>, std::allocator<char> >&) () from /lib/x86_64-linux-gnu/libstdc++.so.6
#8  0x00005574762eaf9a in main (...) at ../../tests/programs/threads.cpp:157
[Inferior 1 (process 29210) detached]
